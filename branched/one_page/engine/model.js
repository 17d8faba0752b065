// What can be asked of a model: its verbs, as in branched/class_tree. Pictures come and go as they are outside.
import {group, label, sampling, time as turningTime} from './asked.js';
import {classify} from './classify.js';
import {fromCore, outside, toCore} from './form.js';
import {normal} from './normal.js';
import {prepared} from './prepare.js';
import {diffuse} from './schedule.js';
import {Tree} from './tree.js';
import {Walk, fromNoise, keysOf} from './walk.js';

const NOISES = 12;  // looks at a picture that is classified

export class Model {
  // The page's facts, and who answers questions: see network.js.
  constructor(facts, network) {
    Object.assign(this, {facts, network, inside: facts.inside, usual: facts.defaults});
    this.tree = new Tree(facts.labels, facts.tree.branches);
    this.size = this.inside.reduce((a, b) => a * b);
  }

  shown(x) {
    return fromCore(x, this.inside);
  }

  // Pictures of every label. `tell` hears how far it is.
  async sample(given, turn, tell) {
    const asked = sampling(given, this.usual), labels = group(this.tree, given.labels);
    const walk = fromNoise(this.tree, this.size, labels, asked);
    await this.walked(walk, turn, {onWave: live => tell({done: 1 - Math.max(...live.map(lane => lane.t))})});
    const images = joined(labels.map(name => walk.ends[0][name]));
    return {labels, images: this.shown(images), shape: [labels.length, asked.n, ...outside(this.inside)]};
  }

  // The whole tree of one draw number; `tell` hears of every picture when it is there, and of what the first picture of
  // every branch is after each wave.
  async descent(given, turn, tell) {
    const asked = sampling(given, this.usual), walk = fromNoise(this.tree, this.size, this.tree.labels, asked);
    const nodes = {}, endings = {};
    const onShared = (branch, noisy, guess) => {
      nodes[branch.id] = {noisy: this.shown(noisy), denoised: this.shown(guess)};
      tell({node: branch.id, ...nodes[branch.id]});
    };
    const onEnd = name => {
      endings[name] = this.shown(walk.ends[0][name]);
      tell({node: this.tree.leaf(name).id, label: name, image: endings[name]});
    };
    const first = x => this.shown(x.subarray(0, this.size));
    const onWave = live => tell({wave: live.map(({branch, t, x, x0}) => (
      {node: branch.id, time: t, noisy: first(x), denoised: first(x0)}))});
    await this.walked(walk, turn, {looks: this.tree.branchPoints.map(branch => branch.id), onShared, onEnd, onWave});
    return {nodes, endings, shape: [asked.n, ...outside(this.inside)]};
  }

  // What classes still share where their paths part, and what becomes of it; or what is shared at a branch point.
  async hybrid(given, turn, tell) {
    const asked = sampling(given, this.usual), {labels, branch} = this.meeting(given);
    const below = branch ? this.tree.children(branch.id).map(child => child.classes[0]) : labels.slice(0, 1);
    const walk = fromNoise(this.tree, this.size, given.endings === false ? below : labels, asked);
    const owner = branch ?? this.tree.leaf(labels[0]), shape = [asked.n, ...outside(this.inside)];
    let shared = null;
    const onShared = (_, noisy, denoised) => {
      const pictures = {noisy: this.shown(noisy), denoised: this.shown(denoised), shape};
      shared = {time: branch?.low ?? 1, node: branch?.id ?? null, ...pictures};
      tell(shared);
    };
    const first = branch ? [] : [{x: walk.starts[0].x, t: 1, branch: owner}];
    const enough = () => shared && given.endings === false;
    await this.walked(walk, turn, {looks: branch ? [owner.id] : [], first, onShared, enough});
    const ends = given.endings === false ? [] : labels;
    return {...shared, endings: Object.fromEntries(ends.map(name => [name, this.shown(walk.ends[0][name])]))};
  }

  // The classes that a hybrid is of, and the branch that ends where they part: null in the noise.
  meeting({node, first, second}) {
    const point = node === undefined ? null : this.tree.branchPoints.find(branch => branch.id === Number(node));
    if (node !== undefined && !point) throw new Error(`There is no branch point ${node} in this tree.`);
    if (point) return {labels: point.classes, branch: point};
    if (first === undefined || second === undefined) throw new Error('A hybrid is of two classes: a first, a second.');
    const [a, b] = [first, second].map(one => group(this.tree, one));
    if (a.some(name => b.includes(name))) throw new Error('A hybrid is of two different classes or sets.');
    return {labels: [...a, ...b], branch: this.tree.meeting([...a, ...b])};
  }

  // A picture of class `source`, noised to where the paths part (or to other turning times), and down others' paths.
  async transmute(given, turn, tell) {
    const {tree, inside} = this, asked = sampling({...given, n: 1}, this.usual), source = label(tree, given.source);
    const x0 = toCore(given.image, inside), targets = group(tree, given.target ?? []);
    const free = given.time === undefined || given.time === null;
    const meeting = name => (name === source ? 0 : tree.meeting([source, name])?.low ?? 1);
    const turns = free ? targets.map(name => [name, meeting(name)])
      : targets.flatMap(name => [given.time].flat().map(t => [name, turningTime(t)]));
    const times = [...new Set(turns.map(([, t]) => t))].toSorted((a, b) => a - b), keys = keysOf(asked.seed, 1);
    const noise = normal(keys, this.size), states = times.map(t => (t > 0 ? diffuse(x0, noise, t) : x0));
    const starts = times.map((t, k) => ({x: states[k], keys, t,
      labels: [...new Set(turns.filter(([, s]) => s === t).map(([name]) => name))]}));
    const walk = new Walk(tree, this.size, starts, asked);
    await this.walked(walk, turn, {onWave: live => tell({done: 1 - Math.max(...live.map(lane => lane.t))})});
    const images = joined(turns.map(([name, t]) => walk.ends[times.indexOf(t)][name]));
    const noised = joined(turns.map(([, t]) => states[times.indexOf(t)]));
    const axes = [[given.target, targets.length], [given.time, turns.length / targets.length]]
      .filter(([said]) => Array.isArray(said)).map(([, length]) => length);
    const turned = free ? turns.map(([, t]) => t) : given.time;
    return {image: this.shown(images), noised: this.shown(noised), shape: [...axes, ...outside(inside)],
      time: free && !Array.isArray(given.target) ? turned[0] : turned};
  }

  async classify({image, noises = NOISES, seed = 0}, turn) {
    const probabilities = await classify(this.tree, toCore(image, this.inside), {noises, seed},
      questions => this.network.answer(questions, turn));
    const {labels} = this.tree, best = labels[probabilities.indexOf(Math.max(...probabilities))];
    return {label: best, probabilities: Object.fromEntries(labels.map((name, k) => [name, probabilities[k]]))};
  }

  // A drawing as the model sees it.
  prepare(given) {
    return {image: prepared(given, this.facts), shape: outside(this.inside)};
  }

  // Walks to the end, or until it is `enough`. What the model sees at the ends of the branches `looks` is asked
  // together with the wave that follows; `first` are such questions with which the walk begins.
  async walked(walk, turn, {looks = [], first = [], onWave, onShared, onEnd, enough = () => false}) {
    const seen = new Set(), ended = new Set(), waves = walk.waves();
    let asked = [...first];
    for (;;) {
      const {value: live = [], done} = waves.next();
      for (const id of looks.filter(one => walk.handed[0][one] && !seen.has(one))) {
        seen.add(id);
        const branch = this.tree.byId.get(id);
        asked.push({x: walk.handed[0][id], t: branch.low, branch});
      }
      for (const name of Object.keys(walk.ends[0]).filter(one => onEnd && !ended.has(one))) {
        ended.add(name);
        onEnd(name);
      }
      if (done && !asked.length) return;
      await this.network.answer([...live, ...asked], turn);
      for (const {branch, x, x0} of asked) onShared(branch, x, x0);
      asked = [];
      if (enough()) return;
      if (live.length) onWave?.(live);
    }
  }
}

function joined(parts) {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
