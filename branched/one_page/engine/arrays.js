// Numbers of a picture: a sheet is {data, height, width}, row by row; data are numbers, or 0 and 1 of a mask.
export function sheet(height, width, make = () => 0) {
  const data = new Float32Array(height * width);
  for (let y = 0, k = 0; y < height; y++) for (let x = 0; x < width; x++, k++) data[k] = make(y, x, k);
  return {data, height, width};
}

export function changed(of, make) {
  return {...of, data: of.data.map((value, k) => Number(make(value, k)))};
}

export function turned({data, height, width}) {
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[x * height + y] = data[y * width + x];
  return {data: out, height: width, width: height};
}

// The part of a box [top, bottom, left, right], of which the ends are outside.
export function part(of, [top, bottom, left, right]) {
  return sheet(bottom - top, right - left, (y, x) => of.data[(y + top) * of.width + x + left]);
}

export function padded(of, margin, by = 0) {
  return sheet(of.height + 2 * margin, of.width + 2 * margin, (y, x) => {
    const [row, column] = [y - margin, x - margin];
    return row >= 0 && row < of.height && column >= 0 && column < of.width ? of.data[row * of.width + column] : by;
  });
}

// The outermost numbers, corners twice.
export function ring({data, height, width}) {
  const rows = [...data.subarray(0, width), ...data.subarray((height - 1) * width)], columns = [];
  for (let y = 0; y < height; y++) columns.push(data[y * width], data[(y + 1) * width - 1]);
  return [...rows, ...columns];
}

export function sum(numbers) {
  let total = 0;
  for (let k = 0; k < numbers.length; k++) total += numbers[k];
  return total;
}

export function mean(numbers) {
  return sum(numbers) / numbers.length;
}

export function most(numbers) {
  let best = -Infinity;
  for (let k = 0; k < numbers.length; k++) if (numbers[k] > best) best = numbers[k];
  return best;
}

// Linear between the two nearest, as NumPy's.
export function quantile(numbers, share) {
  const sorted = Float32Array.from(numbers).toSorted(), place = share * (sorted.length - 1), below = Math.floor(place);
  const above = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (place - below) * (above - sorted[below]);
}

export function median(numbers) {
  return quantile(numbers, 0.5);
}

// To the nearest whole number, halves to the even one, as Python's.
export function round(number) {
  const below = Math.floor(number), rest = number - below;
  return rest > 0.5 || (rest === 0.5 && below % 2) ? below + 1 : below;
}

// The box [top, bottom, left, right] of all places that hold; null where none does.
export function boxOf({data, height, width}, holds) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let y = 0, k = 0; y < height; y++) {
    for (let x = 0; x < width; x++, k++) {
      if (!holds(data[k], k)) continue;
      if (y < top) top = y;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      bottom = y + 1;
    }
  }
  return bottom ? [top, bottom, left, right] : null;
}

export function longer([top, bottom, left, right]) {
  return Math.max(bottom - top, right - left);
}
