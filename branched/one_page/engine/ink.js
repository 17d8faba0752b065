// Ink on paper of one even colour, as in branched/photos/ink.py: how far each pixel is from the paper, along the
// direction in colour space in which the picture has most contrast. Photos of other paper are the app's.
import {mean, median, quantile, ring, sheet} from './arrays.js';

export const SMALL = 64;
const EVEN = 0.05;

// Three sheets (red, green, blue; 0 to 1) -> the contrast; null where the paper is not even.
export function inkOf(colours) {
  const {height, width} = colours[0], ground = colours.map(colour => Math.fround(median(ring(colour))));
  const apart = colours.map((colour, c) => colour.data.map(value => value - ground[c]));
  const even = sheet(height, width, (y, x, k) => Number(apart.reduce((all, one) => all + one[k] ** 2, 0) < EVEN ** 2));
  if (Math.max(height, width) > SMALL && !(mean(even.data) > 0.4 && mean(ring(even)) > 0.6)) return null;
  const toward = direction(apart);
  return sheet(height, width, (y, x, k) => Math.max(0, apart.reduce((all, one, c) => all + one[k] * toward[c], 0)));
}

// The unit vector along which the strongest differences lie, pointing where most of them do.
function direction(apart) {
  const size = apart[0].map((_, k) => apart.reduce((all, one) => all + one[k] ** 2, 0)), least = quantile(size, 0.98);
  const strong = [...size.keys()].filter(k => size[k] >= least);
  const matrix = apart.map(a => apart.map(b => strong.reduce((all, k) => all + a[k] * b[k], 0)));
  let vector = [1, 1.01, 0.99];  // like no eigenvector
  for (let k = 0; k < 200; k++) {
    const next = matrix.map(row => row.reduce((all, value, c) => all + value * vector[c], 0));
    const length = Math.hypot(...next);
    if (!length) break;
    vector = next.map(value => value / length);
  }
  const length = Math.hypot(...vector), sign = strong.reduce(
    (all, k) => all + apart.reduce((along, one, c) => along + one[k] * vector[c], 0) ** 3, 0) >= 0 ? 1 : -1;
  return vector.map(value => sign * value / length);
}
