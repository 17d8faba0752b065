// A drawing as the model sees it, as in branched/photos/photo.py and data/images.py: a character is found, scaled and
// centred, where the model's own are; anything else is taken whole.
import {boxOf, changed, longer, mean, median, most, padded, ring, sheet} from './arrays.js';
import {inkOf} from './ink.js';
import {distances, pieces} from './morphology.js';
import {inForm, placed} from './placed.js';
import {resized, toByte} from './resize.js';
import {FAINTEST, cut, search} from './search.js';

const MOST_FIGURES = 12, MOST_SIDE = 1800;  // pixels, beyond which the app would reduce a picture first
const NOTHING = 'No digit was found: the picture looks blank. Draw or write one with a darker or thicker stroke.';
const NO_DIGIT = 'No single digit stands out in this picture. Take one digit, large and alone on plain paper.';
const TWO = 'There seem to be two digits in this picture. Cut out one of them, or draw one alone.';
const SEVERAL = 'There seem to be several digits in this picture. Cut out one of them, or take one alone.';
const MANY = 'This picture is full of writing. Cut out one digit, or take one alone on plain paper.';

// Pixels of a canvas (RGBA, bytes) or grey ones (bytes, or numbers from 0 to 1) -> numbers as the model's pictures.
export function prepared({pixels, width, height}, {inside, background, takes, crop}) {
  const colours = coloursOf(pixels, height, width), [channels, ...size] = inside;
  if (takes === 'character') return character(colours, size, background);
  const all = squared(colours, size[0], channels, crop);
  if (takes === 'whole') return interleaved(all);
  return strokes(all[0], background) ?? character(colours, size, background);
}

function character(colours, size, background) {
  const grey = greyOf(colours), upright = background <= 0.5;
  if (grey.height === size[0] && grey.width === size[1] && inForm(upright ? grey : turnedRound(grey))) return grey.data;
  const ink = inkOf(colours);
  if (!ink) throw new Error(NO_DIGIT);
  const found = search(ink);
  if (!found) throw new Error(mean(changed(ink, value => value > 4 * FAINTEST).data) > 0.01 ? NO_DIGIT : NOTHING);
  if (found.others.length >= MOST_FIGURES) throw new Error(MANY);
  if (found.others.length) throw new Error(found.others.length === 1 ? TWO : SEVERAL);
  const picture = placed(cut(found), size);
  return upright ? picture : picture.map(value => 1 - value);
}

function turnedRound(grey) {
  return changed(grey, value => 1 - value);
}

// Red, green and blue, or grey, as sheets from 0 to 1. What is transparent becomes unlike what is to be seen.
function coloursOf(pixels, height, width) {
  const area = height * width, kinds = {[area]: 1, [area * 4]: 4}, each = kinds[pixels?.length];
  if (!each || !(area > 0) || Math.max(height, width) > MOST_SIDE) {
    throw new Error(`A drawing is width x height pixels, grey or of four numbers, at most ${MOST_SIDE} a side.`);
  }
  if (each === 1) {
    const scale = pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray ? 255 : 1;
    const grey = sheet(height, width, (y, x, k) => pixels[k] / scale);
    return [grey];
  }
  if (isGrey(pixels)) return [sheet(height, width, (y, x, k) => pixels[4 * k] / 255)];
  const opacity = 255 / Math.max(1, most(pixels.filter((_, k) => k % 4 === 3)));
  const alpha = Float32Array.from({length: area}, (_, k) => Math.min(1, opacity * pixels[4 * k + 3] / 255));
  const ground = groundFor(pixels, alpha);
  return [0, 1, 2].map(c => sheet(height, width,
    (y, x, k) => toByte(pixels[4 * k + c] * alpha[k] + ground[c] * (1 - alpha[k])) / 255));
}

// Whether four numbers each are shades of grey, and nothing is transparent.
function isGrey(pixels) {
  for (let k = 0; k < pixels.length; k += 4) {
    if (pixels[k] !== pixels[k + 1] || pixels[k] !== pixels[k + 2] || pixels[k + 3] !== 255) return false;
  }
  return true;
}

// The colour behind what is transparent, as `rgb_of` in branched/photos/ink.py chooses it.
function groundFor(pixels, alpha) {
  const seen = [...alpha.keys()].filter(k => alpha[k] > 127 / 255), white = [255, 255, 255];
  if (!seen.length || alpha.every(value => value === 1)) return white;
  const colour = [0, 1, 2].map(c => Math.trunc(median(seen.map(k => pixels[4 * k + c]))));
  if (seen.length > alpha.length / 2) return colour;
  return mean(colour) > 127 ? [0, 0, 0] : white;
}

// Brightness as Pillow's (ITU-R 601-2).
function greyOf([red, green, blue]) {
  if (!green) return red;
  return sheet(red.height, red.width, (y, x, k) => (
    Math.floor((19595 * red.data[k] + 38470 * green.data[k] + 7471 * blue.data[k]) * 255 / 65536 + 0.5) / 255));
}

// Padded to a square in the colour of the corners, or cropped to its middle, and resized.
function squared(colours, side, channels, crop) {
  const sheets = channels === 1 ? [greyOf(colours)] : [0, 1, 2].map(c => colours[c] ?? colours[0]);
  return sheets.map(one => {
    const bytes = changed(one, value => toByte(value * 255)), {height, width} = one;
    if (height === side && width === side) return changed(bytes, value => value / 255);
    const [box, of] = crop ? [middle(height, width), bytes] : [undefined, onSquare(bytes)];
    return changed(resized(of, [side, side], 'lanczos', box, toByte), value => value / 255);
  });
}

function middle(height, width) {
  const side = Math.min(height, width), left = (width - side) / 2, top = (height - side) / 2;
  return [left, top, left + side, top + side];
}

function onSquare(of) {
  const {data, height, width} = of, side = Math.max(height, width), down = Math.floor((side - height) / 2);
  const across = Math.floor((side - width) / 2), corners = [0, width - 1, (height - 1) * width, height * width - 1];
  const colour = Math.trunc(median(corners.map(k => data[k])));
  return sheet(side, side, (y, x) => (y >= down && y < down + height && x >= across && x < across + width
    ? data[(y - down) * width + x - across] : colour));
}

function interleaved(sheets) {
  return Float32Array.from({length: sheets.length * sheets[0].data.length},
    (_, k) => sheets[k % sheets.length].data[Math.floor(k / sheets.length)]);
}

function share(numbers, holds) {
  return numbers.filter(holds).length / numbers.length;
}

// A picture whole, if all that is on it is a few strokes on an even ground (`turned` in branched/photos/shows.py).
function strokes(picture, background) {
  const border = ring(picture), ground = median(border), ink = changed(picture, value => Math.abs(value - ground));
  const top = most(ink.data);
  if (top < 0.4 || share(border, value => Math.abs(value - ground) > 0.12) > 0.3
      || share([...ink.data], value => value < 0.12) < 0.3) return null;
  const strong = changed(ink, value => value > 0.5 * top), size = longer(boxOf(strong, Boolean));
  const radius = most(distances(padded(strong, 1)).data) - 0.5;
  if (radius > 0.2 * size || pieces(strong, Boolean).count > 6) return null;
  return (ground > 0.5) === (background > 0.5) ? picture.data : turnedRound(picture).data;
}
