// SIDE, BRUSH, FAR and POINTS are constants of canvas.py, which writes them before this.
const PALM = 1500;  // milliseconds after a pen was last near, in which a touch is the hand that holds it
const PAUSE = 250;  // between two questions what a drawing looks like

export default function({parentElement, data, setStateValue}) {
  const root = parentElement.querySelector('.drawing');
  root.pad ??= pad(root, data.key);  // this runs again whenever `data` changes: what is drawn lives on the element
  root.querySelector('.hint span').textContent = data.hint;
  root.querySelector('.hint').style.backgroundImage = data.example ? `url(${data.example})` : '';
  root.pad.receive(data, (drawing) => setStateValue('drawing', drawing));
}

function pad(root, key) {
  const [canvas, undo, clear] = ['canvas', '.undo', '.clear'].map((name) => root.querySelector(name));
  const pen = canvas.getContext('2d'), tab = new Tab(`drawing ${location.pathname} ${key}`), reader = new Reader(key);
  pen.scale(canvas.width / SIDE, canvas.height / SIDE);
  Object.assign(pen, {lineWidth: BRUSH, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff'});
  let words = {drawn: '', empty: ''};
  let strokes = [], current = null, pointer = null, kind = '', penned = -PALM, turn = null, send = null;

  const ink = (stroke, from = 0) => {
    pen.beginPath();
    pen.moveTo(stroke[from] - 0.01, stroke[from + 1]);  // a line, if only just: so a tap leaves a dot
    for (let k = from; k < stroke.length; k += 2) pen.lineTo(stroke[k], stroke[k + 1]);
    pen.stroke();
  };
  const all = () => [...strokes, ...(current ? [current] : [])];
  const refresh = () => {
    const count = all().length;
    root.classList.toggle('inked', count > 0);
    undo.disabled = clear.disabled = !count;
    canvas.setAttribute('aria-label', count ? words.drawn.replace('{count}', count) : words.empty);
  };
  const redraw = () => {
    pen.clearRect(0, 0, SIDE, SIDE);
    all().forEach((stroke) => ink(stroke));
    refresh();
  };
  const change = (kept) => {
    strokes = kept;
    redraw();
    tab.keep(strokes);
    reader.ask(strokes, false);
    send({turn, strokes});
  };

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
      .map((part) => Math.round(10 * Math.max(-FAR, Math.min(SIDE + FAR, part * SIDE))) / 10);
  };
  const full = () => all().reduce((sum, stroke) => sum + stroke.length, 0) >= 2 * POINTS;
  const extend = (event) => {
    const [x, y] = place(event), end = current.length - 2;
    if (Math.hypot(x - current[end], y - current[end + 1]) < 2 || full()) return;
    current.push(x, y);
    ink(current, end);
  };
  const finish = () => {
    if (!current) return;
    const done = current;
    current = pointer = null;
    change([...strokes, done]);
  };
  const palm = (event) => event.pointerType === 'touch' && performance.now() - penned < PALM;
  const taken = (event) => pointer !== null && pointer !== event.pointerId && canvas.hasPointerCapture(pointer);

  canvas.onpointerdown = (event) => {
    if (event.pointerType === 'pen') penned = performance.now();
    if (event.button !== 0 || palm(event)) return;
    if (event.pointerType === 'pen' && kind === 'touch' && current) {  // it was the palm: the pen draws
      current = pointer = null;
      redraw();
    }
    // A second finger is ignored, but never because of a pointer that went away without a word.
    if (taken(event)) return;
    finish();
    if (full()) return;
    [pointer, kind] = [event.pointerId, event.pointerType];
    canvas.setPointerCapture(pointer);
    current = place(event);
    ink(current);
    refresh();
  };
  canvas.onpointermove = (event) => {
    if (event.pointerType === 'pen') penned = performance.now();  // also where it hovers
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    (events.length ? events : [event]).forEach(extend);
    reader.ask(all(), true);
  };
  canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = (event) => {
    if (event.pointerId === pointer) finish();
  };
  // Beside a text field, an iPad takes quick strokes of its pen for handwriting, unless a page takes its touches.
  for (const touched of ['touchstart', 'touchmove']) {
    canvas.addEventListener(touched, (event) => event.preventDefault(), {passive: false});
  }
  canvas.oncontextmenu = (event) => event.preventDefault();  // a long press draws
  undo.onclick = () => change(strokes.slice(0, -1));
  clear.onclick = () => change([]);

  return {receive(data, report) {
    words = data.words;
    undo.textContent = words.undo;
    clear.textContent = words.clear;
    send = report;
    reader.address = data.reading;
    if (turn === data.turn) return;  // an echo of strokes that came from here, maybe of older ones
    const before = turn === null && data.turn === 0 && !data.strokes.length ? tab.kept() : [];
    ({turn, strokes} = data);
    if (before.length) change(before);  // the page was loaded anew, and with it went what its server knew
    else {
      tab.keep(strokes);
      redraw();
    }
  }};
}

class Tab {  // what the browser keeps for this tab alone, where it keeps anything
  constructor(name) {
    this.name = name;
  }

  keep(strokes) {
    try {
      if (strokes.length) sessionStorage.setItem(this.name, JSON.stringify(strokes));
      else sessionStorage.removeItem(this.name);
    } catch { /* a browser that keeps nothing, or no more */ }
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name)) ?? [];
    } catch {
      return [];
    }
  }
}

class Reader {  // what a drawing looks like so far: one question at a time, then the newest drawing; told to the page
  constructor(key) {
    this.key = key;
  }

  ask(strokes, moving) {
    this.newest = {strokes, moving};
    if (this.address && !this.busy) this.work();
  }

  async work() {
    this.busy = true;
    const {strokes, moving} = this.newest;
    this.newest = null;
    const shares = strokes.length ? await this.read(strokes) : {};
    const ink = strokes.reduce((sum, stroke) => sum + stroke.length, 0), detail = {key: this.key, shares, moving, ink};
    if (shares) document.dispatchEvent(new CustomEvent('drawing-read', {detail}));
    setTimeout(() => {
      this.busy = false;
      if (this.newest) this.work();
    }, PAUSE);
  }

  async read(strokes) {
    try {
      const answer = await fetch(this.address, {method: 'POST', body: JSON.stringify(strokes)});
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;  // the bars then follow when the pen rests
    }
  }
}
