// What is played and scrubbed: a button and a slider over frames. What a frame looks like, `show` of who extends it says.
export class Player {
  constructor(root) {
    this.root = root;
    this.calls = this.playing = 0;
    this.names = {play: '', pause: ''};
    [this.button, this.slider, this.icon] = ['button', 'input', 'path'].map((name) => root.querySelector(name));
    this.button.onclick = () => this.playing ? this.pause() : this.play();
    this.slider.oninput = () => { this.rest(); this.show(+this.slider.value); };
    this.slider.onchange = () => this.report();
  }

  begin({frames, label, seconds, names}, start, tell) {  // what is played from now on, and who is told where it rests
    this.names = names;
    this.rest();
    clearTimeout(this.soon);
    Object.assign(this, {last: frames.length - 1, seconds, reported: start, tell});
    this.slider.max = this.last;
    this.slider.disabled = this.button.disabled = this.last < 1;
    this.slider.setAttribute('aria-label', label);
  }

  show(frame) {
    this.frame = frame;
    this.slider.value = frame;
    this.slider.style.setProperty('--at', this.last ? frame / this.last : 0);
    this.draw();
  }

  play() {
    if (this.frame === this.last) this.frame = 0;
    const rate = this.last / (1000 * this.seconds), first = this.frame, begun = performance.now();
    const step = (now) => {
      const frame = Math.min(this.last, first + Math.max(0, Math.floor((now - begun) * rate)));
      if (frame === this.last) return this.pause(frame);
      if (frame !== this.frame) this.show(frame);
      this.playing = requestAnimationFrame(step);
    };
    this.playing = requestAnimationFrame(step);
    this.face();
    this.show(this.frame);
  }

  pause(frame = this.frame) {
    this.rest();
    this.show(frame);
    this.report();
  }

  rest() {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.face();
  }

  face() {
    this.icon.setAttribute('d', this.playing ? 'M6 5h4v14H6zM14 5h4v14h-4z' : 'M8 5v14l11-7z');
    this.button.setAttribute('aria-label', this.playing ? this.names.pause : this.names.play);
  }

  report() {  // a held arrow key reports once, at its end
    clearTimeout(this.soon);
    this.soon = setTimeout(() => {
      if (this.playing || this.frame === this.reported) return;
      this.reported = this.frame;
      this.tell(this.frame);
    }, 200);
  }

  leave() {
    this.rest();
    clearTimeout(this.soon);
  }
}

export function mounted(selector, Kind, {parentElement, data, setStateValue}) {  // a player, kept by its element
  const root = parentElement.querySelector(selector), player = root.player ??= new Kind(root);
  player.receive(data, (frame) => setStateValue('frame', {film: data.id, frame}));
  const call = ++player.calls;  // of the calls on one element only the last one's clean-up counts
  return () => { if (call === player.calls) player.leave(); };
}

export function piece(tag, kind, text) {
  return Object.assign(document.createElement(tag), {className: kind, textContent: text});
}
