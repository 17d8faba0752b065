// What Streamlit's elements do not say of themselves: that links are a menu, which of them is this page, that a place will
// tell of waiting; and what lists that open lie upon, light or dark.
const set = (selector, attributes) => document.querySelectorAll(selector).forEach((found) => {
  for (const [name, value] of Object.entries(attributes))
    if (found.getAttribute(name) !== value) found.setAttribute(name, value);
});

const mark = ({here, more}) => {
  set('.st-key-menu', {role: 'navigation', 'aria-label': 'Pages'});
  set('.st-key-waiting', {role: 'status'});
  for (const link of document.querySelectorAll('.st-key-menu a, [data-testid=stPopoverBody] [data-testid^=stPageLink] a'))
    if (link.textContent.endsWith(here)) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  const button = document.querySelector('.st-key-menu [data-testid=stPopoverButton]');
  if (button) button.toggleAttribute('data-here', more);
  const {colorScheme} = getComputedStyle(document.querySelector('.stApp'));
  if (document.documentElement.style.colorScheme !== colorScheme) document.documentElement.style.colorScheme = colorScheme;
};

export default function({data}) {
  const watching = new MutationObserver(() => mark(data));
  watching.observe(document.body, {childList: true, subtree: true});
  mark(data);
  return () => watching.disconnect();
}
