// Printed lines taken out of the ink, as in branched/photos/lines.py, where each step is explained.
import {boxOf, changed, median, most, padded, part, quantile, round, sheet, sum, turned} from './arrays.js';
import {byCross, greyClosing, greyOpening, largestAlong, pieces, smallestAlong, within} from './morphology.js';

const COARSE = 480, PIECE = 0.15, SLOPES = [-0.12, -0.08, -0.04, 0, 0.04, 0.08, 0.12], THICKEST = 0.035, SPANS = 0.9;
const FRAMES = 0.35, CORNER = 0.05, FAINTEST = 0.045, RULED = 3, DARKER = 1.8, STRAYS = 0.5;

// Ink without the printed lines in it; null where there are none.
export function withoutLines(ink) {
  const factor = Math.max(1, Math.ceil(Math.max(ink.height, ink.width) / COARSE));
  const coarse = largest(ink, factor), flipped = turned(coarse), found = [linesIn(coarse), linesIn(flipped)];
  const framed = isFrame(...found), least = found.map(lines => (framed ? SPANS * lengthOf(lines[1]) : SPANS));
  const printed = found.map((lines, k) => lines.filter(line => lengthOf(line) >= least[k]));
  printed.forEach((lines, k) => {
    if (lines.length === 1 && !framed && !standsApart(k ? flipped : coarse, lines[0].mask)) printed[k] = [];
  });
  if (!printed[0].length && !printed[1].length) return null;
  const across = removed(ink, printed[0], coarse, factor);
  const rest = turned(removed(turned(across), printed[1], flipped, factor));
  if (framed && printed[0].length + printed[1].length === 4) return inside(rest, printed);
  return Math.max(...printed.map(lines => lines.length)) >= RULED ? trimmed(rest) : rest;
}

function lengthOf({start, stop}) {
  return stop - start;
}

function isFrame(across, down) {
  const pairs = [across, down].map(lines => lines.slice(0, 2).toSorted((a, b) => a.row - b.row));
  if (pairs.some(pair => pair.length < 2)) return false;
  return met(...pairs) && met(pairs[1], pairs[0]) && pairs.every(pair => pair[1].row - pair[0].row > FRAMES);
}

// Whether two lines reach from the one to the other of two across them.
function met(pair, others) {
  return pair.every(line => line.start < others[0].row + CORNER && line.stop > others[1].row - CORNER);
}

function ends(lines, length) {
  return lines.map(line => round(line.row * length)).toSorted((a, b) => a - b);
}

function inside(ink, [across, down]) {
  const [top, bottom] = ends(across, ink.height), [left, right] = ends(down, ink.width);
  return changed(ink, (value, k) => {
    const x = k % ink.width, y = (k - x) / ink.width;
    return y >= top && y < bottom && x >= left && x < right ? value : 0;
  });
}

function trimmed(ink) {
  const rim = Math.max(2, round(0.02 * Math.max(ink.height, ink.width)));
  return changed(ink, (value, k) => {
    const x = k % ink.width, y = (k - x) / ink.width;
    return y >= rim && y < ink.height - rim && x >= rim && x < ink.width - rim ? value : 0;
  });
}

function largest(ink, factor) {
  if (factor === 1) return ink;
  const small = sheet(Math.ceil(ink.height / factor), Math.ceil(ink.width / factor));
  ink.data.forEach((value, k) => {
    const x = k % ink.width, y = (k - x) / ink.width;
    const place = Math.floor(y / factor) * small.width + Math.floor(x / factor);
    small.data[place] = Math.max(small.data[place], value);
  });
  return small;
}

// Lines across the ink, the longest first.
function linesIn(ink) {
  const {width} = ink, thick = Math.max(3, round(THICKEST * Math.max(ink.height, width)));
  const least = Math.max(FAINTEST, 0.15 * quantile(ink.data, 0.99)), paper = greyOpening(ink, [2 * thick + 1, 1]).data;
  const lines = of => longPieces(changed(ink, (value, k) => of(value, k) - paper[k] > least), thick);
  if (!lines(value => value).length) return [];  // nothing thin is so long, straight or not
  const length = Math.max(5, round(PIECE * width)), wide = turned(largestAlong(turned(ink), 3));
  const straight = new Float32Array(ink.data.length).fill(-Infinity);
  for (const slope of SLOPES) {
    opened(wide, length, slope).data.forEach((value, k) => {
      straight[k] = Math.max(straight[k], value);
    });
  }
  return lines((value, k) => Math.min(straight[k], value)).filter(line => line.area <= (thick + 2) * line.extent)
    .toSorted((a, b) => lengthOf(b) - lengthOf(a));
}

// The pieces of a mask, mended where something crosses them, that are long enough for a side of a frame.
function longPieces(thin, thick) {
  if (!thin.data.some(Boolean)) return [];
  const {height, width} = thin, grown = within(within(padded(thin, thick), 1, 2 * thick + 1, 1), 1, 2 * thick + 1, 0);
  const closed = part(grown, [thick, thick + height, thick, thick + width]);
  const {labels, count} = pieces(within(closed, 3, 1, 1), Boolean), lines = [];
  for (let k = 1; k <= count; k++) {
    const box = boxOf(thin, (_, at) => labels[at] === k), extent = box[3] - box[2];
    if (extent <= FRAMES * width) continue;
    const mask = sheet(height, width, (y, x, at) => Number(labels[at] === k)), area = sum(mask.data);
    const rows = mask.data.reduce((all, value, at) => all + value * Math.floor(at / width), 0);
    lines.push({mask, area, extent, row: rows / area / height, start: box[2] / width, stop: box[3] / width});
  }
  return lines;
}

// What is at least so long along a slope.
function opened(ink, length, slope) {
  const {height, width} = ink, shift = Array.from({length: width}, (_, x) => round(slope * x));
  const sheared = (of, sign) => sheet(height, width, (y, x) => (
    of.data[Math.min(height - 1, Math.max(0, y + sign * shift[x])) * width + x]));
  return sheared(largestAlong(smallestAlong(sheared(ink, 1), length), length), -1);
}

// Whether most of the other ink does not touch a line.
function standsApart(ink, line) {
  const of = [...ink.data].filter((_, k) => line.data[k]), least = 0.3 * quantile(of, 0.9);
  const grown = times => Array.from({length: times}).reduce(mask => byCross(mask, 1), line);
  const [near, wider] = [grown(2), grown(4)], strong = ink.data.map(value => Number(value > least));
  const rest = changed(ink, (_, k) => strong[k] && !near.data[k]), {labels} = pieces(rest, Boolean);
  const touching = new Set([...labels].filter((label, k) => label && strong[k] && wider.data[k] && rest.data[k]));
  const apart = sum(rest.data.map((value, k) => Number(value && !touching.has(labels[k]))));
  return apart > STRAYS * Math.max(sum(rest.data), 1) && apart > 20;
}

// Ink without the lines across it; where much darker ink crosses one, there it stays.
function removed(ink, lines, coarse, factor) {
  if (!lines.length) return ink;
  const darkest = sheet(coarse.height, coarse.width), widths = [];
  for (const {mask} of lines) {
    const columns = Array.from({length: coarse.width}, (_, x) => {
      const rows = Array.from({length: coarse.height}, (_unused, y) => y * coarse.width + x).filter(k => mask.data[k]);
      return {count: rows.length, strength: most(rows.map(k => coarse.data[k]))};
    }).filter(({count}) => count);
    const strength = DARKER * median(columns.map(column => column.strength));
    within(mask, 3, 1, 1).data.forEach((value, k) => {
      if (value) darkest.data[k] = strength;
    });
    widths.push(factor * (median(columns.map(column => column.count)) + 2));
  }
  const fine = ink.data.map((value, k) => {
    const x = k % ink.width, y = (k - x) / ink.width;
    return Number(darkest.data[Math.floor(y / factor) * coarse.width + Math.floor(x / factor)] > value);
  });
  const rest = changed(ink, (value, k) => (fine[k] ? 0 : value));
  const closed = greyClosing(rest, [Math.trunc(Math.max(...widths)) + 3, 3]);
  return changed(rest, (value, k) => (fine[k] ? Math.min(closed.data[k], ink.data[k]) : value));
}
