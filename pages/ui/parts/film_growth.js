// More of a film that another piece of the page shows: that one is not made anew, so it can be pulled meanwhile.
export default function({data}) {
  window.filmGrowths = {[data.id]: data};
  document.dispatchEvent(new Event('film-growth'));
}
