// Pictures outside (H, W[, 3] in [0, 1]) and inside (C, H, W in [-1, 1]), as in branched/data/images.py.
export function toCore(given, [channels, height, width]) {
  const area = height * width, image = Array.isArray(given) ? given.flat(2) : given;
  if (image?.length !== channels * area) {
    throw new Error(`This model takes a picture of ${height} x ${width}${channels > 1 ? ` x ${channels}` : ''}.`);
  }
  if (Array.prototype.some.call(image, value => !(value >= 0 && value <= 1))) {
    throw new Error('The values of a picture are numbers from 0 (background) to 1 (ink).');
  }
  const inside = k => image[(k % area) * channels + Math.floor(k / area)] * 2 - 1;
  return Float32Array.from({length: channels * area}, (_, k) => inside(k));
}

// Any number of objects.
export function fromCore(x, [channels, height, width]) {
  const area = height * width, size = channels * area;
  return Float32Array.from({length: x.length}, (_, k) => {
    const one = k % size, inside = k - one + (one % channels) * area + Math.floor(one / channels);
    return Math.min(1, Math.max(0, (x[inside] + 1) / 2));
  });
}

export function outside([channels, height, width]) {
  return channels === 1 ? [height, width] : [height, width, channels];
}
