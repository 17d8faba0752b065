// Walking the tree, as in branched/class_tree/walk.py: all live lanes ask together, one question a wave.
import {FreshNoise, normal} from './normal.js';
import {mix} from './seeds.js';
import {SOLVERS, grid, step} from './solvers.js';

// A start is {x, keys, t, labels}: rows at time t, to be walked down to data for each of the labels.
export class Walk {
  constructor(tree, size, starts, {steps, solver}) {
    Object.assign(this, {tree, size, starts, steps, solver: SOLVERS[solver]});
    this.ends = starts.map(() => ({}));
    this.handed = starts.map(() => ({}));
  }

  // Yields the live lanes of each wave, {branch, x, t}: whoever iterates puts an estimate x0 on each.
  *waves() {
    let live = this.starts.flatMap((start, k) => this.enter(k, start.labels, start.x, start.t));
    while (live.length) {
      yield live;
      live = live.flatMap(lane => this.advance(lane));
    }
  }

  // Lanes on every branch on which the walk goes on from time t.
  enter(origin, labels, x, t) {
    if (t === 0) {
      for (const label of labels) this.ends[origin][label] = x;
      return [];
    }
    return this.tree.through(labels).filter(({low, high}) => low < t && t <= high)
      .map(branch => this.lane(origin, branch, labels, x, t));
  }

  lane(origin, branch, labels, x, t) {
    const whole = this.tree.parts(branch), parts = whole.filter(part => part.high <= branch.high);
    // The lowest part keeps the id that the process had before any graft: so its noise stays what it was.
    const seeds = this.starts[origin].keys.map(key => mix(key, whole.at(-1).id));
    const noise = new FreshNoise(seeds, this.size);
    const steps = this.solver(x, grid(t, parts.at(-1).low, this.steps), noise);
    const below = labels.filter(label => branch.classes.includes(label));
    return this.asking({origin, parts, labels: below, noise, steps, x0: null}, steps.next().value);
  }

  asking(lane, [x, t]) {
    const branch = lane.parts.find(part => part.low < t) ?? lane.parts.at(-1);
    return Object.assign(lane, {x, t, branch});
  }

  // The same lane one step on, with those that leave it on the way; at its end, those that follow it.
  advance(lane) {
    const {x, t, x0, parts} = lane, last = parts.at(-1);
    const leaves = lane.labels.some(label => !last.classes.includes(label));
    const before = leaves ? lane.noise.copy() : lane.noise;
    const {done, value} = lane.steps.next(x0);
    if (done) Object.assign(lane, {x: value, t: last.low});
    else this.asking(lane, value);
    const cuts = parts.slice(0, -1).map((upper, k) => [upper, parts[k + 1]]);
    const following = cuts.filter(([upper]) => lane.t <= upper.low && upper.low < t)
      .flatMap(([upper, lower]) => this.leave(lane, upper, lower, {x, t, x0, noise: before}));
    if (!done) return lane.labels.length ? [lane, ...following] : following;
    this.handed[lane.origin][last.id] = lane.x;
    return lane.labels.length ? [...following, ...this.enter(lane.origin, lane.labels, lane.x, lane.t)] : following;
  }

  // Lanes for classes that a graft lets leave in the middle of a step: with its estimate and its very noise.
  leave(lane, upper, lower, {x, t, x0, noise}) {
    const leaving = lane.labels.filter(label => !lower.classes.includes(label));
    if (!leaving.length) return [];
    const state = step(this.solver, x, [t, upper.low], noise.copy(), x0);
    lane.labels = lane.labels.filter(label => lower.classes.includes(label));
    this.handed[lane.origin][upper.id] = state;
    return this.enter(lane.origin, leaving, state, upper.low);
  }
}

// The keys of n rows of a seed; the walk from pure noise, in which row k depends on (seed, k) alone.
export function keysOf(seed, n) {
  return Array.from({length: n}, (_, k) => mix(seed, k));
}

export function fromNoise(tree, size, labels, asked) {
  const keys = keysOf(asked.seed, asked.n);
  return new Walk(tree, size, [{x: normal(keys, size), keys, t: 1, labels}], asked);
}
