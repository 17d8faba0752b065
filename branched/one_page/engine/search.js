// The character among all ink, as in branched/photos/search.py, where each step is explained; for even paper.
import {boxOf, changed, longer, mean, most, part, quantile, round, sheet, sum, padded} from './arrays.js';
import {SMALL} from './ink.js';
import {withoutLines} from './lines.js';
import {byCross, distances, pieces} from './morphology.js';

export const FAINTEST = 0.045;
const LEVEL_STEP = 1.6, MOST_PARTS = 6, MOST_LOOKED_AT = 50, MOST_TRIED = 5, GROWTH = 1.35;

// The most convincing character, {ink, level, mask, size, others}; null if there is none.
export function search(ink) {
  const bare = withoutLines(ink);
  return best(bare ?? ink) ?? (bare ? best(ink) : null);
}

function best(ink) {
  const ladder = atLevels(ink), top = most(ladder.map(each => each.score));
  const order = each => (each.score > 0.7 * top ? 0 : 1 - each.score / top);
  const tried = ladder.toSorted((a, b) => order(a) - order(b)).slice(0, MOST_TRIED);
  const found = tried.find(each => each.others.length || isStroke(each));
  return found ? whole(found, ladder) : null;
}

// The same with its fainter strokes.
function whole(first, ladder) {
  let found = first;
  for (const fainter of ladder.toReversed()) {
    if (fainter.level < found.level && !fainter.others.length && !found.others.length
        && found.size <= fainter.size && fainter.size <= GROWTH * found.size
        && sum(found.mask.data.map((value, k) => value * fainter.mask.data[k])) > 0.9 * sum(found.mask.data)
        && isStroke(fainter)) found = {...fainter, size: found.size};
  }
  return found;
}

function atLevels(ink) {
  const highest = most(ink.data), count = highest > FAINTEST
    ? Math.ceil(Math.log(highest / FAINTEST) / Math.log(LEVEL_STEP)) : 0;
  return Array.from({length: count}, (_, k) => atLevel(ink, FAINTEST * LEVEL_STEP ** k)).filter(Boolean);
}

// What ink above a level shows; null if nothing or too much.
function atLevel(ink, level) {
  const {labels, count} = pieces(ink, value => value > level), parts = partsOf(ink, labels, count);
  if (!parts.length) return null;
  const main = parts.reduce((a, b) => (b.mass * b.size > a.mass * a.size ? b : a));
  const [strokes, others] = gathered(main, parts);
  const mask = maskOf(ink, labels, strokes.map(one => one.label));
  const inside = ink.data.filter((_, k) => mask.data[k]), least = strength(inside) / 2;
  const size = longer(boxOf(mask, (value, k) => value && ink.data[k] > least));
  const rivals = rivalsOf(main, size, others), halves = sideBySide(strokes);
  const score = Math.max(ink.height, ink.width) <= SMALL ? size : mean(inside) ** 2 * size;
  if (strokes.length > MOST_PARTS || !rivals) return null;
  return {score, size, ink, level, others: halves ? [halves[1], ...rivals] : rivals,
    mask: halves ? maskOf(ink, labels, halves[0]) : mask};
}

function maskOf({height, width}, labels, wanted) {
  const chosen = new Set(wanted);
  return sheet(height, width, (y, x, k) => Number(chosen.has(labels[k])));
}

// The pieces that matter: {label, box, mass, size}; specks go.
function partsOf({data, width}, labels, count) {
  const parts = Array.from({length: count}, (_, k) => ({label: k + 1, mass: 0, box: [Infinity, 0, Infinity, 0]}));
  labels.forEach((label, k) => {
    if (!label) return;
    const one = parts[label - 1], x = k % width, y = (k - x) / width, [top, bottom, left, right] = one.box;
    one.mass += data[k];
    one.box = [Math.min(top, y), Math.max(bottom, y + 1), Math.min(left, x), Math.max(right, x + 1)];
  });
  const heaviest = most(parts.map(one => one.mass));
  return parts.toSorted((a, b) => a.mass - b.mass).slice(-MOST_LOOKED_AT)
    .filter(one => one.mass > 0.01 * heaviest).map(one => Object.assign(one, {size: longer(one.box)}));
}

// The strokes of one character, and the rest.
function gathered(main, parts) {
  const strokes = [main];
  let others = parts.filter(one => one !== main && one.mass > 0.02 * main.mass);
  for (;;) {
    const near = others.filter(one => strokes.some(stroke => gap(one, stroke) < 0.25 * main.size));
    if (!near.length) return [strokes, others];
    strokes.push(...near);
    others = others.filter(one => !near.includes(one));
  }
}

// The labels of each other figure that is about as large; null where there is too much to be one.
function rivalsOf(main, size, others) {
  const found = [];
  let rest = others;
  while (rest.length) {
    const first = rest.reduce((a, b) => (b.mass > a.mass ? b : a)), [group, left] = gathered(first, rest);
    rest = left;
    if (first.size > 0.5 * size && first.mass > 0.15 * main.mass) {
      if (group.length > MOST_PARTS) return null;
      found.push(group.map(one => one.label));
    }
  }
  return found.length || others.length <= MOST_PARTS ? found : null;
}

// The labels of each half of strokes that are two characters after all; null where they are one.
function sideBySide(strokes) {
  const edge = (k, pick) => pick(...strokes.map(one => one.box[k]));
  const height = edge(1, Math.max) - edge(0, Math.min), width = edge(3, Math.max) - edge(2, Math.min);
  const tall = strokes.filter(one => one.box[1] - one.box[0] > 0.5 * height);
  const gaps = tall.flatMap(a => tall.filter(b => a !== b && a.box[2] <= b.box[2]).map(b => [gapAlong(2, a, b), a]));
  const [space, left] = gaps.reduce((a, b) => (b[0] > a[0] ? b : a), gaps[0] ?? [0, null]);
  if (!(space > 0.1 * height || (space > 0 && width > 1.1 * height))) return null;
  const halves = [[], []];
  for (const one of strokes) halves[Number(one.box[2] >= left.box[3])].push(one.label);
  return halves;
}

// Empty pixels between two boxes, down (0) or across (2); negative where they overlap.
function gapAlong(axis, a, b) {
  return Math.max(a.box[axis], b.box[axis]) - Math.min(a.box[axis + 1], b.box[axis + 1]);
}

function gap(a, b) {
  return Math.max(gapAlong(0, a, b), gapAlong(2, a, b));
}

// Whether this is a line on paper: narrow, with paper around it, and most of the ink that there is.
function isStroke({ink, mask}) {
  const full = strength(ink.data.filter((_, k) => mask.data[k]));
  const strong = ink.data.map(value => Number(value > 0.5 * full));
  const core = changed(mask, (value, k) => value && strong[k]), [top, bottom, left, right] = boxOf(core, Boolean);
  const size = Math.max(bottom - top, right - left), reach = Math.max(2, Math.floor(size / 20));
  const box = [Math.max(0, top - 2 * reach - 1), Math.min(ink.height, bottom - 1 + 2 * reach + 2),
    Math.max(0, left - 2 * reach - 1), Math.min(ink.width, right - 1 + 2 * reach + 2)];
  const near = part(core, box), off = distances(changed(near, value => !value)).data;
  const around = part(ink, box).data.filter((_, k) => off[k] > reach && off[k] <= 2 * reach);
  const radius = most(distances(padded(near, 1)).data);
  const inCore = sum(ink.data.filter((_, k) => core.data[k])), inAll = sum(ink.data.filter((_, k) => strong[k]));
  return radius < 0.3 * size && inCore > 0.5 * inAll && (!around.length || mean(around) < 0.11 * full);
}

// The ink of the mask alone, as a share of its full strength, in the box that it fills.
export function cut({ink, mask}) {
  const full = quantile(ink.data.filter((_, k) => mask.data[k]), 0.98);
  let near = mask;
  for (let k = Math.max(1, round(Math.max(ink.height, ink.width) / 400)); k > 0; k--) near = byCross(near, 1);
  return part(changed(ink, (value, k) => (near.data[k] ? Math.min(1, value / full) : 0)), boxOf(near, Boolean));
}

// The mean of the ink that is above half of that mean.
function strength(ink) {
  let middle = mean(ink);
  for (let turn = 0; turn < 10; turn++) {
    let [total, count] = [0, 0];
    for (let k = 0; k < ink.length; k++) {
      if (ink[k] < middle / 2) continue;
      total += ink[k];
      count++;
    }
    middle = total / count;
  }
  return middle;
}
