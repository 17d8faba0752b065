// Pictures in another size, antialiased as Pillow does it (src/libImaging/Resample.c): first along rows, then columns.
import {turned} from './arrays.js';

const sinc = x => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));
const CUBIC = -0.5;

export const FILTERS = {
  box: {support: 0.5, weight: x => Number(x > -0.5 && x <= 0.5)},
  bicubic: {support: 2, weight: given => {
    const x = Math.abs(given);
    if (x < 1) return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * CUBIC : 0;
  }},
  lanczos: {support: 3, weight: x => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)},
};

// The box [left, top, right, bottom] of a sheet, or all of it, in height x width. `kept` is done to what is between
// the two passes and at the end: pictures of bytes are rounded.
export function resized(of, [height, width], filter, box = [0, 0, of.width, of.height], kept = Math.fround) {
  const across = alongRows(of, width, box[0], box[2], FILTERS[filter], kept);
  return turned(alongRows(turned(across), height, box[1], box[3], FILTERS[filter], kept));
}

export function toByte(value) {
  return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
}

function alongRows({data, height, width}, length, from, to, {support, weight}, kept) {
  const out = new Float32Array(height * length), scale = (to - from) / length, wide = Math.max(scale, 1);
  for (let x = 0; x < length; x++) {
    const middle = from + (x + 0.5) * scale;
    const first = Math.max(0, Math.trunc(middle - support * wide + 0.5));
    const last = Math.min(width, Math.trunc(middle + support * wide + 0.5));
    const weights = Array.from({length: last - first}, (_, k) => weight((k + first - middle + 0.5) / wide));
    const total = weights.reduce((a, b) => a + b, 0);
    for (let y = 0; y < height; y++) {
      let value = 0;
      for (let k = 0; k < weights.length; k++) value += data[y * width + first + k] * (weights[k] / total);
      out[y * length + x] = kept(value);
    }
  }
  return {data: out, height, width: length};
}
