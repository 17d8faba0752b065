// SIDE, BRUSH, FAR and POINTS are constants of canvas.py, which writes them before this.
export default function({parentElement, data, setStateValue}) {
  const root = parentElement.querySelector('.drawing');
  root.pad ??= pad(root);  // this runs again whenever `data` changes: what is drawn lives on the element
  root.querySelector('.hint').textContent = data.hint;
  root.pad.receive(data, (drawing) => setStateValue('drawing', drawing));
}

function pad(root) {
  const [canvas, undo, clear] = ['canvas', '.undo', '.clear'].map((name) => root.querySelector(name));
  const pen = canvas.getContext('2d');
  pen.scale(canvas.width / SIDE, canvas.height / SIDE);
  Object.assign(pen, {lineWidth: BRUSH, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff'});
  let strokes = [], current = null, pointer = null, turn = null, send = null;

  const ink = (stroke, from = 0) => {
    pen.beginPath();
    pen.moveTo(stroke[from] - 0.01, stroke[from + 1]);  // a line, if only just: so a tap leaves a dot
    for (let k = from; k < stroke.length; k += 2) pen.lineTo(stroke[k], stroke[k + 1]);
    pen.stroke();
  };
  const refresh = () => {
    const count = strokes.length + (current ? 1 : 0);
    root.classList.toggle('inked', count > 0);
    undo.disabled = clear.disabled = !count;
    canvas.setAttribute('aria-label', count ? `Your drawing, ${count} stroke${count > 1 ? 's' : ''}`
      : 'Empty drawing area: draw with mouse, pen or finger');
  };
  const redraw = () => {
    pen.clearRect(0, 0, SIDE, SIDE);
    [...strokes, ...(current ? [current] : [])].forEach((stroke) => ink(stroke));
    refresh();
  };
  const change = (kept) => {
    strokes = kept;
    redraw();
    send({turn, strokes});
  };

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
      .map((part) => Math.round(10 * Math.max(-FAR, Math.min(SIDE + FAR, part * SIDE))) / 10);
  };
  const full = () => strokes.reduce((sum, stroke) => sum + stroke.length, current?.length ?? 0) >= 2 * POINTS;
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

  canvas.onpointerdown = (event) => {
    // A second finger is ignored, but never because of a pointer that went away without a word.
    if (event.button !== 0 || (pointer !== null && pointer !== event.pointerId && canvas.hasPointerCapture(pointer)))
      return;
    finish();
    if (full()) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    current = place(event);
    ink(current);
    refresh();
  };
  canvas.onpointermove = (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    (events.length ? events : [event]).forEach(extend);
  };
  canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = (event) => {
    if (event.pointerId === pointer) finish();
  };
  canvas.oncontextmenu = (event) => event.preventDefault();  // a long press draws
  undo.onclick = () => change(strokes.slice(0, -1));
  clear.onclick = () => change([]);

  return {receive(data, report) {
    send = report;
    if (turn === data.turn) return;  // an echo of strokes that came from here, maybe of older ones
    ({turn, strokes} = data);
    redraw();
  }};
}
