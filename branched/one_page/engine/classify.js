// Which class's branches explain a picture best, as in branched/class_tree/classify.py.
import {normal} from './normal.js';
import {diffuse} from './schedule.js';
import {mix} from './seeds.js';

const TEMPERATURE = 0.7, DROP = 4, AROUND = [0.45, 1.2], FLAT = 0.33;

// Probabilities of all labels for one object x0.
export async function classify(tree, x0, {noises, seed}, answer) {
  const {labels} = tree, errors = new Map(labels.map(label => [label, 0]));
  let candidates = labels;
  for (const [k, t] of lookingTimes(tree, noises).entries()) {
    for (const label of labels) if (!candidates.includes(label)) errors.set(label, Infinity);
    if (candidates.length < 2) break;
    const x = diffuse(x0, normal([mix(seed, k)], x0.length), t);
    const asked = [...new Set(candidates.map(label => tree.branchOf(label, t)))].map(branch => ({x, t, branch}));
    await answer(asked);
    for (const {branch, x0: guess} of asked) {
      const error = Math.log(Math.max(1e-12, squares(guess, x0))) / TEMPERATURE;
      for (const label of candidates) if (branch.classes.includes(label)) errors.set(label, errors.get(label) + error);
    }
    const best = Math.min(...candidates.map(label => errors.get(label)));
    candidates = candidates.filter(label => errors.get(label) < best + DROP);
  }
  return softmax(labels.map(label => -errors.get(label)));
}

export function lookingTimes(tree, count) {
  const ends = tree.branchPoints.map(branch => branch.low), last = ends.length ? Math.min(...ends) : FLAT;
  const [low, high] = AROUND.map(factor => factor * last);
  return Array.from({length: count}, (_, k) => Math.min(1, high - (high - low) * (k + 0.5) / count));
}

function squares(a, b) {
  return a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0);
}

function softmax(values) {
  const most = Math.max(...values), shares = values.map(value => Math.exp(value - most));
  const total = shares.reduce((a, b) => a + b);
  return shares.map(share => share / total);
}
