export default function({parentElement, data}) {
  const said = parentElement.querySelector('.said');
  if (said.textContent !== data.text) said.textContent = data.text;
}
