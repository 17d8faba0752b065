// What Streamlit's elements do not say of themselves: that links are a menu, which of them is this page, that a place will
// tell of waiting; and what lists that open lie upon, light or dark.
const set = (selector, attributes) => document.querySelectorAll(selector).forEach((found) => {
  for (const [name, value] of Object.entries(attributes))
    if (found.getAttribute(name) !== value) found.setAttribute(name, value);
});

// Streamlit has h1 for a title and h3 for what is below it: to speech, levels follow each other without a gap.
const level = () => {
  const heads = [...document.querySelectorAll('.stMain :is(h1, h2, h3, h4, h5)')];
  const kinds = [...new Set(heads.map((head) => head.tagName))].toSorted();
  for (const head of heads) {
    const own = String(kinds.indexOf(head.tagName) + 1);
    if (own !== head.tagName.slice(1)) head.setAttribute('aria-level', own);
    else head.removeAttribute('aria-level');
  }
};

const mark = ({here, more, pages, language, view}) => {
  set('html', {lang: language, 'data-view': view});
  set('.st-key-menu', {role: 'navigation', 'aria-label': pages});
  set('.st-key-waiting', {role: 'status'});
  for (const link of document.querySelectorAll('.st-key-menu a, [data-testid=stPopoverBody] [data-testid^=stPageLink] a'))
    if (link.textContent.endsWith(here)) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  level();
  const button = document.querySelector('.st-key-menu [data-testid=stPopoverButton]');
  if (button) button.toggleAttribute('data-here', more);
  const {colorScheme} = getComputedStyle(document.querySelector('.stApp'));
  if (document.documentElement.style.colorScheme !== colorScheme) document.documentElement.style.colorScheme = colorScheme;
};

export default function({data}) {
  let due = 0;
  const watching = new MutationObserver(() => {  // a film changes its caption with each picture
    due ||= requestAnimationFrame(() => { due = 0; mark(data); });
  });
  watching.observe(document.body, {childList: true, subtree: true});
  mark(data);
  return () => {
    watching.disconnect();
    cancelAnimationFrame(due);
  };
}
