// Black paper to draw on with mouse, pen or finger. Whoever holds a pen rests a hand: a pen wins over touches.
Face.Pad = class {
  constructor(root, hint, drawn) {
    [this.canvas, this.undo, this.clear] = ['canvas', '.undo', '.clear'].map((part) => root.querySelector(part));
    Object.assign(this, {root, drawn, strokes: [], current: null, pointer: null, kind: '', penned: -Face.Pad.PALM});
    root.querySelector('.hint span').textContent = hint;
    this.pen = this.canvas.getContext('2d', {willReadFrequently: true});
    this.pen.scale(this.canvas.width / Face.Pad.SIDE, this.canvas.height / Face.Pad.SIDE);
    this.listen();
    this.strokes = this.kept();
    this.redraw();
  }

  listen() {
    const {canvas} = this;
    canvas.onpointerdown = (event) => this.down(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = (event) => {
      if (event.pointerId === this.pointer) this.finish();
    };
    // Beside a text field, an iPad takes quick strokes of its pen for handwriting, unless a page takes its touches.
    for (const touched of ['touchstart', 'touchmove'])
      canvas.addEventListener(touched, (event) => event.preventDefault(), {passive: false});
    canvas.oncontextmenu = (event) => event.preventDefault();  // a long press draws
    this.undo.onclick = () => this.change(this.strokes.slice(0, -1));
    this.clear.onclick = () => this.change([]);
  }

  down(event) {
    if (event.pointerType === 'pen') this.penned = performance.now();
    const palm = event.pointerType === 'touch' && performance.now() - this.penned < Face.Pad.PALM;
    if (event.button !== 0 || palm) return;
    if (event.pointerType === 'pen' && this.kind === 'touch') this.current = this.pointer = null;  // it was the palm
    // A second finger is ignored, but never because of a pointer that went away without a word.
    else if (this.taken(event)) return;
    this.finish();
    if (this.full) return;
    [this.pointer, this.kind, this.current] = [event.pointerId, event.pointerType, this.place(event)];
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch { /* a pointer that is gone already leaves a dot */ }
    this.redraw();
  }

  taken({pointerId}) {
    const {pointer, canvas} = this;
    return pointer !== null && pointer !== pointerId && canvas.hasPointerCapture(pointer);
  }

  move(event) {
    if (event.pointerType === 'pen') this.penned = performance.now();  // also where it hovers
    if (event.pointerId !== this.pointer || !this.current) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const [x, y] = this.place(one), end = this.current.length - 2;
      if (Math.hypot(x - this.current[end], y - this.current[end + 1]) < 2 || this.full) continue;
      this.current.push(x, y);
      this.ink(this.current, end);
    }
  }

  finish() {
    if (!this.current) return;
    const done = this.current;
    this.current = this.pointer = null;
    this.change([...this.strokes, done]);
  }

  change(strokes) {
    this.strokes = strokes;
    this.redraw();
    this.keep();
    this.drawn();
  }

  get full() {
    return [...this.strokes, this.current ?? []].reduce((sum, stroke) => sum + stroke.length, 0) >= 2 * Face.Pad.POINTS;
  }

  // As the app's server draws it: twice as large, and reduced.
  get pixels() {
    const {SIDE} = Face.Pad, pen = Object.assign(Face.piece('canvas'), {width: SIDE, height: SIDE}).getContext('2d');
    pen.drawImage(this.canvas, 0, 0, SIDE, SIDE);
    return pen.getImageData(0, 0, SIDE, SIDE).data;
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect(), {SIDE} = Face.Pad;
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
      .map((part) => Math.max(-SIDE, Math.min(2 * SIDE, part * SIDE)));
  }

  ink(stroke, from = 0) {
    const {pen} = this;
    pen.beginPath();
    pen.moveTo(stroke[from] - 0.01, stroke[from + 1]);  // a line, if only just: so a tap leaves a dot
    for (let k = from; k < stroke.length; k += 2) pen.lineTo(stroke[k], stroke[k + 1]);
    pen.stroke();
  }

  redraw() {
    const {pen, root, strokes} = this, {SIDE} = Face.Pad, all = [...strokes, ...this.current ? [this.current] : []];
    pen.fillStyle = '#000';
    pen.fillRect(0, 0, SIDE, SIDE);
    Object.assign(pen, {lineWidth: this.brush(), lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff'});
    for (const stroke of all) this.ink(stroke);
    root.classList.toggle('inked', all.length > 0);
    this.undo.disabled = this.clear.disabled = !all.length;
    this.canvas.setAttribute('aria-label', all.length ? `Your drawing, ${all.length} stroke${all.length > 1 ? 's' : ''}`
      : 'Empty drawing area: draw with mouse, pen or finger');
  }

  // A drawing that is small is drawn with a finer brush once it is finished: enlarged, it would be a blob.
  brush() {
    const {BRUSH, SIDE, FINEST} = Face.Pad;
    if (this.current || !this.strokes.length) return BRUSH;
    const spans = [0, 1].map((side) => {
      const places = this.strokes.flatMap((stroke) => stroke.filter((_, k) => k % 2 === side));
      return Math.max(...places) - Math.min(...places);
    });
    return Math.max(FINEST, BRUSH * Math.min(1, 2 * Math.max(...spans) / SIDE));
  }

  // The browser keeps a drawing for this tab alone, where it keeps anything.
  keep() {
    try {
      sessionStorage.setItem('drawing', JSON.stringify(this.strokes));
    } catch { /* a browser that keeps nothing */ }
  }

  kept() {
    try {
      const strokes = JSON.parse(sessionStorage.getItem('drawing')) ?? [];
      const good = strokes.every((stroke) => stroke.length && stroke.length % 2 === 0 && stroke.every(Number.isFinite));
      return good && strokes.flat().length <= 2 * Face.Pad.POINTS ? strokes : [];
    } catch {
      return [];
    }
  }
};
// Sides and brush as in the app; milliseconds after a pen was last near, in which a touch is the hand that holds it.
Object.assign(Face.Pad, {SIDE: 280, BRUSH: 22, FINEST: 4, POINTS: 8000, PALM: 1500});
