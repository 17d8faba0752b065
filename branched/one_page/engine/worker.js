// The worker: takes what the page carries, starts the runtime, and works what is asked, one evaluation at a time.
//
// Whoever asks waits for a turn before each evaluation, so that several are worked side by side, and what nobody wants
// any more stops there. From file:// a worker that is a module cannot be started, so this is a classic one, and imports
// the runtime from an address of its own making.
import {Model} from './model.js';
import {Network} from './network.js';
import {unpacked, weightsOf} from './unpack.js';

const unwanted = new Set(), channel = new MessageChannel();
let model = null, working = Promise.resolve();

// Until messages that have come meanwhile were heard.
function heard() {
  return new Promise(done => {
    channel.port1.onmessage = done;
    channel.port2.postMessage(null);
  });
}

// One evaluation, when all that were asked for before are done.
function turnOf(id) {
  return work => {
    const mine = working.then(heard).then(() => {
      if (unwanted.has(id)) throw new DOMException('Nobody waits for this any more.', 'AbortError');
      return work();
    });
    working = mine.catch(() => null);
    return mine;
  };
}

async function begin({facts, runtime, wasm, graph, weights}) {
  const [script, binary, nodes, packed] = await Promise.all([runtime, wasm, graph, weights].map(unpacked));
  const address = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));
  const ort = await import(address);
  URL.revokeObjectURL(address);
  Object.assign(ort.env.wasm, {wasmBinary: binary.buffer, numThreads: 1});
  const session = await ort.InferenceSession.create(nodes, {executionProviders: ['wasm'],
    externalData: [{path: 'weights', data: new Uint8Array(weightsOf(packed).buffer)}]});
  ort.env.wasm.wasmBinary = undefined;
  const network = new Network(ort, session, facts.inside);
  model = new Model(facts, network);
  await network.answer([{x: new Float32Array(network.size), t: 1, branch: facts.tree.branches[0]}], work => work());
}

async function answered({id, verb, given}) {
  const tell = told => self.postMessage({id, told});
  try {
    self.postMessage({id, result: await (verb === 'begin' ? begin(given) : model[verb](given, turnOf(id), tell))});
  } catch (error) {
    self.postMessage({id, error: {name: error.name, message: error.message}});
  }
  unwanted.delete(id);
}

self.onmessage = ({data}) => {
  if (data.verb === 'stop') unwanted.add(data.id);
  else answered(data);
};
