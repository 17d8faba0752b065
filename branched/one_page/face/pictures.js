// Pictures are bytes, one after the other: grey or three colours. They are painted pixel by pixel; the style sheet
// enlarges them.
Face.Pictures = class {
  constructor([height, width, channels = 1], packed) {
    Object.assign(this, {height, width, channels, size: height * width * channels});
    const text = atob(packed);
    this.bytes = new Uint8Array(text.length);
    for (let k = 0; k < text.length; k++) this.bytes[k] = text.charCodeAt(k);
  }

  stored(place) {
    return this.bytes.subarray(place * this.size, (place + 1) * this.size);
  }

  // The nth of some pictures that the engine gave as floats in [0, 1].
  taken(floats, nth = 0) {
    return Uint8Array.from(floats.subarray(nth * this.size, (nth + 1) * this.size), (level) => 255 * level + 0.5);
  }

  all(floats) {
    return Array.from({length: floats.length / this.size}, (_, k) => this.taken(floats, k));
  }

  floats(picture) {
    return Float32Array.from(picture, (level) => level / 255);
  }

  // A canvas with pictures side by side in rows of so many; `says` is for who does not see them.
  canvas(pictures, says, columns = pictures.length) {
    const canvas = Face.piece('canvas', 'picture');
    this.paint(canvas, pictures, columns);
    if (says) {
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', says);
    } else canvas.setAttribute('aria-hidden', 'true');
    return canvas;
  }

  // In one row the ground shows between pictures; in several rows, a mosaic, there are grey lines.
  paint(canvas, pictures, columns = pictures.length, gap = 2) {
    const {width, height, channels} = this, rows = Math.ceil(pictures.length / columns);
    canvas.width = columns * (width + gap) - gap;
    canvas.height = rows * (height + gap) - gap;
    const pen = canvas.getContext('2d');
    if (rows > 1) {
      pen.fillStyle = '#9e9e9e';
      pen.fillRect(0, 0, canvas.width, canvas.height);
    }
    pictures.forEach((picture, k) => {
      if (!picture) return;
      const image = new ImageData(width, height);
      for (let place = 0; place < width * height; place++) {
        for (let c = 0; c < 3; c++) image.data[4 * place + c] = picture[place * channels + (channels > 1 ? c : 0)];
        image.data[4 * place + 3] = 255;
      }
      pen.putImageData(image, k % columns * (width + gap), Math.floor(k / columns) * (height + gap));
    });
  }
};

// A walk down the tree for one draw number: what classes share at branch points, how they end, and the way.
Face.Tour = class {
  constructor(seed) {
    Object.assign(this, {seed, ends: Face.named(), shared: {}, waves: {}, columns: 0});
  }

  static stored({seed, columns, tour}, pictures) {
    const result = new Face.Tour(seed), here = (place) => pictures.stored(place);
    result.columns = columns;
    for (const [label, places] of Object.entries(tour.ends)) result.ends[label] = places.map(here);
    for (const [node, [noisy, guess]] of Object.entries(tour.shared))
      result.shared[node] = {noisy: noisy.map(here), guess: guess.map(here)};
    for (const [node, waves] of Object.entries(tour.waves))
      result.waves[node] = waves.map(([time, noisy, guess]) => (
        {time, noisy: here(noisy), guess: guess && here(guess)}));
    return result;
  }

  // What a node's first picture was at a time: the last of its waves that is not below it.
  wave(node, time) {
    const waves = this.waves[node] ?? [];
    return waves.findLast((wave) => wave.time >= time - 1e-9) ?? waves[0];
  }
};
