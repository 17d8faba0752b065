// Morphology of pictures, as scipy.ndimage does it: neighbours, filters of windows, distances.
import {changed, turned} from './arrays.js';

// Connected pieces (eight neighbours) by numbers from 1 on, in the order in which rows meet them.
export function pieces(of, holds) {
  const {data, height, width} = of, labels = new Int32Array(data.length), stack = [];
  let count = 0;
  for (let start = 0; start < data.length; start++) {
    if (labels[start] || !holds(data[start], start)) continue;
    labels[start] = ++count;
    stack.push(start);
    while (stack.length) {
      const at = stack.pop(), x = at % width, y = (at - x) / width;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column;
          if (labels[next] || !holds(data[next], next)) continue;
          labels[next] = count;
          stack.push(next);
        }
      }
    }
  }
  return {labels, count, height, width};
}

// Along rows, the largest (sign 1) or smallest (-1) of the window that begins `before` places ahead. Beyond the edge
// numbers are mirrored.
function alongRows({data, height, width}, length, before, sign) {
  const out = new Float32Array(data.length), line = new Float32Array(width + length - 1);
  const queue = new Int32Array(line.length);
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < line.length; k++) line[k] = sign * data[y * width + mirrored(k - before, width)];
    let [first, last] = [0, 0];
    for (let k = 0; k < line.length; k++) {
      while (last > first && line[queue[last - 1]] <= line[k]) last--;
      queue[last++] = k;
      if (queue[first] <= k - length) first++;
      if (k >= length - 1) out[y * width + k - length + 1] = sign * line[queue[first]];
    }
  }
  return {data: out, height, width};
}

function mirrored(place, length) {
  const around = ((place % (2 * length)) + 2 * length) % (2 * length);
  return around < length ? around : 2 * length - 1 - around;
}

export function largestAlong(of, length) {
  return alongRows(of, length, Math.floor(length / 2), 1);
}

export function smallestAlong(of, length) {
  return alongRows(of, length, Math.floor(length / 2), -1);
}

// Erosion and dilation by a window of rows x columns; where a length is even, dilation looks the other way.
function eroded(of, [rows, columns]) {
  const across = alongRows(of, columns, Math.floor(columns / 2), -1);
  return turned(alongRows(turned(across), rows, Math.floor(rows / 2), -1));
}

function ahead(length) {
  return Math.floor(length / 2) - (length % 2 ? 0 : 1);
}

function dilated(of, [rows, columns]) {
  return turned(alongRows(turned(alongRows(of, columns, ahead(columns), 1)), rows, ahead(rows), 1));
}

export function greyOpening(of, size) {
  return dilated(eroded(of, size), size);
}

export function greyClosing(of, size) {
  return eroded(dilated(of, size), size);
}

// A mask grown (by 1) or shrunk (by 0) within a window of rows x columns, odd lengths; beyond the edge it is 0.
export function within(of, rows, columns, by) {
  return turned(masked(turned(masked(of, columns, by)), rows, by));
}

function masked({data, height, width}, length, by) {
  const out = new Float32Array(data.length), reach = (length - 1) / 2, enough = by ? 1 : length;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let count = 0;
    for (let x = -reach; x < width; x++) {
      if (x + reach < width && data[row + x + reach]) count++;
      if (x - reach > 0 && data[row + x - reach - 1]) count--;
      if (x >= 0) out[row + x] = Number(count >= enough);
    }
  }
  return {data: out, height, width};
}

// A mask grown (by 1) or shrunk (by 0) by its four neighbours.
export function byCross(of, by) {
  const tall = within(of, 3, 1, by).data, wide = within(of, 1, 3, by).data;
  return changed(of, (_, k) => (by ? tall[k] || wide[k] : tall[k] && wide[k]));
}

// How far every place of a mask is from the nearest that is 0 (Felzenszwalb and Huttenlocher, 2012).
export function distances(mask) {
  const far = (mask.height + mask.width) ** 2;
  const down = turned(parabolas(turned(changed(mask, value => (value ? far : 0)))));
  return changed(parabolas(down), Math.sqrt);
}

// Along rows, the least of (x - k)^2 + value[k].
function parabolas({data, height, width}) {
  const out = new Float64Array(data.length), place = new Int32Array(width), from = new Float64Array(width + 1);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    const meet = (a, b) => (row[a] + a * a - row[b] - b * b) / (2 * a - 2 * b);
    let last = 0;
    place[0] = 0;
    from[0] = -Infinity;
    from[1] = Infinity;
    for (let k = 1; k < width; k++) {
      while (meet(k, place[last]) <= from[last]) last--;
      from[last + 1] = meet(k, place[last]);
      place[++last] = k;
      from[last + 1] = Infinity;
    }
    for (let k = 0, at = 0; k < width; k++) {
      while (from[at + 1] < k) at++;
      out[y * width + k] = (k - place[at]) ** 2 + row[place[at]];
    }
  }
  return {data: out, height, width};
}
