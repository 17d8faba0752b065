export default function({parentElement, data}) {
  const button = parentElement.querySelector('.print');
  button.textContent = data.text;
  button.onclick = () => window.print();
}
