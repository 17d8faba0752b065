// Ink on paper of one even colour, as in branched/photos/ink.py: how far each pixel is from the paper, along the
// direction in colour space in which the picture has most contrast. Photos of other paper are the app's.
import {mean, median, quantile, ring} from './arrays.js';

export const SMALL = 64;
const EVEN = 0.05;

// Three sheets (red, green, blue; 0 to 1), or a grey one -> the contrast; null where the paper is not even.
export function inkOf(colours) {
  const {height, width} = colours[0], ground = colours.map(colour => Math.fround(median(ring(colour))));
  const apart = colours.map((colour, c) => colour.data.map(value => value - ground[c])), same = 3 / colours.length;
  const size = summed(apart, value => same * value * value), even = {...colours[0], data: size.map(
    value => Number(value < EVEN ** 2))};
  if (Math.max(height, width) > SMALL && !(mean(even.data) > 0.4 && mean(ring(even)) > 0.6)) return null;
  const toward = direction(apart, size), along = summed(apart, (value, c) => Math.sqrt(same) * value * toward[c]);
  return {...colours[0], data: along.map(value => Math.max(0, value))};
}

// For each pixel the sum over all colours.
function summed(apart, part) {
  const total = new Float32Array(apart[0].length);
  apart.forEach((one, c) => {
    for (let k = 0; k < one.length; k++) total[k] += part(one[k], c);
  });
  return total;
}

// The unit vector along which the strongest differences lie, pointing where most of them do.
function direction(apart, size) {
  const least = quantile(size, 0.98), strong = [];
  for (let k = 0; k < size.length; k++) if (size[k] >= least) strong.push(k);
  const matrix = apart.map(a => apart.map(b => strong.reduce((all, k) => all + a[k] * b[k], 0)));
  let vector = [1, 1.01, 0.99].slice(0, apart.length);  // like no eigenvector
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
