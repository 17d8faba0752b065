// What the page offers: `window.explorer`, whose work is done by a worker. See docs/one-file.md.
window.explorer = ((text) => {
  const facts = JSON.parse(text('facts'));
  const waiting = new Map();
  let [worker, count] = [null, 0];

  function start() {
    worker = new Worker(URL.createObjectURL(new Blob([text('engine')], {type: 'text/javascript'})));
    worker.onmessage = ({data: {id, told, result, error}}) => {
      const asked = waiting.get(id);
      if (told) return asked?.tell?.(told);
      waiting.delete(id);
      if (error) asked?.fail(Object.assign(new Error(error.message), {name: error.name}));
      else asked?.done(result);
    };
    worker.onerror = event => {  // it could not be started, or has lost its memory
      for (const {fail} of waiting.values()) fail(new Error(event.message || 'the worker ended'));
      waiting.clear();
    };
  }

  // Asks the worker; `tell` hears of what comes before the result, `signal` ends it.
  const ask = (verb, given, {tell, signal} = {}) => new Promise((done, fail) => {
    const id = ++count, stop = () => {
      waiting.delete(id);
      worker.postMessage({verb: 'stop', id});
      fail(new DOMException('Nobody waits for this any more.', 'AbortError'));
    };
    if (signal?.aborted) return fail(new DOMException('Nobody waits for this any more.', 'AbortError'));
    signal?.addEventListener('abort', stop, {once: true});
    const settled = settle => value => {
      signal?.removeEventListener('abort', stop);
      settle(value);
    };
    waiting.set(id, {tell, done: settled(done), fail: settled(fail)});
    worker.postMessage({verb, id, given});
  });

  // The file is long: what the engine needs stands at its end.
  const whole = new Promise(done => {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', done, {once: true});
    else done();
  });
  const ready = whole.then(() => {
    start();
    const carried = Object.fromEntries(['runtime', 'wasm', 'graph', 'weights'].map(id => [id, text(id)]));
    for (const id of Object.keys(carried)) document.getElementById(id).remove();
    return ask('begin', {...carried, facts: {...facts, stored: null}});
  }).catch(error => {
    throw new Error(`The model cannot run in this browser (${error.message}). `
      + 'A recent Chrome, Edge, Firefox or Safari will do.');
  });
  ready.catch(() => null);  // whoever waits is told

  const verb = (name, listener) => async ({signal, onProgress, onPicture, onShared, ...given} = {}) => {
    await ready;
    return ask(name, given, {signal, tell: {onProgress, onPicture, onShared}[listener]});
  };
  return {ready, facts, labels: facts.labels, sample: verb('sample', 'onProgress'),
    descent: verb('descent', 'onPicture'), hybrid: verb('hybrid', 'onShared'),
    transmute: verb('transmute', 'onProgress'),
    classify: (image, options) => verb('classify')({image, ...options}),
    prepare: (pixels, width, height, options) => verb('prepare')({pixels, width, height, ...options})};
})(id => document.getElementById(id).textContent);
