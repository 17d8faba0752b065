// What is played and scrubbed: a button and a slider over frames, a line of words, and marks below. What a frame looks
// like, `show` says, which is told its number and whether it moves by itself.
Face.Player = class {
  constructor(root, label, show) {
    Object.assign(this, {root, show, playing: 0, frame: 0, last: 0, seconds: 5});
    this.caption = root.appendChild(Face.piece('p', 'caption'));
    this.button = root.appendChild(Face.button('play', '', () => this.playing ? this.pause() : this.play()));
    this.icon = this.button.appendChild(Face.drawn('svg', {viewBox: '0 0 24 24', 'aria-hidden': 'true'}))
      .appendChild(Face.drawn('path', {}));
    this.slider = root.appendChild(Object.assign(Face.piece('input'), {type: 'range', min: 0, step: 1}));
    this.slider.setAttribute('aria-label', label);
    this.marks = root.appendChild(Face.piece('div', 'marks'));
    this.slider.oninput = () => { this.rest(); this.go(Number(this.slider.value)); };
    this.face();
  }

  // So many frames, at which one it begins, how long it plays, and what stands below: [frame, text].
  begin(count, start, seconds, marks) {
    this.rest();
    Object.assign(this, {last: count - 1, seconds});
    this.slider.max = this.last;
    this.slider.disabled = this.button.disabled = count < 2;
    this.marks.replaceChildren(...marks.map(([frame, text]) => {
      const mark = Face.piece('div', frame === 0 || frame === this.last ? 'end' : '');
      mark.append(Face.piece('span', '', text));
      mark.style.setProperty('--at', this.last ? frame / this.last : 0);
      return mark;
    }));
    this.go(start);
  }

  go(frame) {
    this.frame = frame;
    this.slider.value = frame;
    this.slider.style.setProperty('--at', this.last ? frame / this.last : 0);
    this.show(frame, this.playing > 0);
  }

  say(text) {
    this.caption.textContent = text;
    this.slider.setAttribute('aria-valuetext', text);
  }

  play() {
    if (this.frame === this.last) this.frame = 0;
    const rate = this.last / (1000 * this.seconds), first = this.frame, begun = performance.now();
    const step = (now) => {
      const frame = Math.min(this.last, first + Math.max(0, Math.floor((now - begun) * rate)));
      if (frame === this.last) {
        this.rest();
        this.go(frame);
        return;
      }
      this.playing = requestAnimationFrame(step);
      if (frame !== this.frame) this.go(frame);
    };
    this.playing = requestAnimationFrame(step);
    this.face();
    this.go(this.frame);
  }

  pause() {
    this.rest();
    this.go(this.frame);
  }

  rest() {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.face();
  }

  face() {
    this.icon.setAttribute('d', this.playing ? 'M6 5h4v14H6zM14 5h4v14h-4z' : 'M8 5v14l11-7z');
    this.button.setAttribute('aria-label', this.playing ? 'Pause' : 'Play');
  }
};
