export default function({parentElement, data}) {
  const own = parentElement.querySelector('.view');
  if (own.stage !== undefined && own.stage !== data.stage) {
    const gently = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    document.querySelector('[data-testid="stMain"]')?.scrollTo({top: 0, behavior: gently ? 'smooth' : 'auto'});
  }
  own.stage = data.stage;
}
