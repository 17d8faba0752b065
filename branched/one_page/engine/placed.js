// A character scaled, thickened and centred, as in branched/photos/photo.py.
import {boxOf, changed, longer, median, most, padded, part, ring, sheet, sum} from './arrays.js';
import {SMALL} from './ink.js';
import {byCross, distances} from './morphology.js';
import {resized} from './resize.js';

const BOX = 20 / 28, THINNEST = 2, BEYOND = 0.5 / 28, FINE = 160;

// A character's ink as numbers of [height, width], its centre of mass where MNIST has it.
export function placed(character, [height, width]) {
  let fine = thickened(character);
  fine = part(fine, boxed(fine));
  const side = Math.max(fine.height, fine.width) / BOX, wide = padded(fine, Math.trunc(side));
  const [y, x] = centre(wide).map(c => c + 0.5 - side * BEYOND);
  const picture = resized(wide, [height, width], 'bicubic', [x - side / 2, y - side / 2, x + side / 2, y + side / 2]);
  const top = most(picture.data);
  return picture.data.map(value => Math.min(1, Math.max(0, value) / top));
}

// The box of rows and columns in which something is above a tenth.
function boxed(of) {
  return boxOf(of, value => value > Math.fround(0.1));
}

function centre({data, width}) {
  const total = sum(data);
  let [y, x] = [0, 0];
  data.forEach((value, k) => {
    y += value * Math.floor(k / width);
    x += value * (k % width);
  });
  return [y / total, x / total];
}

function thickened(character) {
  const stroke = changed(character, value => value > 0.5), inner = byCross(stroke, 0);
  const edge = sum(stroke.data.map((value, k) => value * (1 - inner.data[k])));
  const width = 2 * sum(character.data) / Math.max(edge, 1), long = Math.max(character.height, character.width);
  const wanted = THINNEST / 28 * long / BOX;
  let made = character;
  if (width < wanted && long > SMALL / 2) {
    const radius = (wanted - width) / 2, margin = Math.trunc(radius) + 2;
    const far = distances(padded(changed(stroke, value => !value), margin, 1)).data;
    made = changed(padded(character, margin),
      (value, k) => Math.max(value, Math.min(1, Math.max(0, radius + 1 - far[k]))));
  }
  const factor = Math.max(1, Math.floor(Math.max(made.height, made.width) / FINE));
  if (factor === 1) return made;
  const size = [made.height, made.width].map(length => Math.ceil(length / factor));
  const enough = sheet(size[0] * factor, size[1] * factor,
    (y, x) => (y < made.height && x < made.width ? made.data[y * made.width + x] : 0));
  return resized(enough, size, 'box');
}

// Whether a picture of ink is scaled and centred already.
export function inForm(ink) {
  const box = boxed(ink);
  if (!box || most(ink.data) < 0.7 || median(ring(ink)) > 0.02) return false;
  const lengths = [ink.height, ink.width], off = centre(ink).map((c, k) => (c + 0.5) / lengths[k] - 0.5 - BEYOND);
  return Math.abs(longer(box) / (BOX * Math.min(...lengths)) - 1) < 0.12 && Math.max(...off.map(Math.abs)) < 0.027;
}
