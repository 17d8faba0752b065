// What is asked of the model, checked: what is wrong with it is said in a sentence.
import {SOLVERS} from './solvers.js';

export const MOST = {n: 1000, steps: 1000};

// {n, steps, solver, seed} of a walk, from what a caller gave and the page's usual numbers.
export function sampling({n = 1, steps, solver, seed = 0}, usual) {
  const asked = {n, steps: steps ?? usual.steps, solver: solver ?? usual.solver, seed};
  for (const name of ['n', 'steps']) {
    if (!Number.isInteger(asked[name]) || asked[name] < 1 || asked[name] > MOST[name]) {
      throw new Error(`${name} is a whole number from 1 to ${MOST[name]}, not ${asked[name]}.`);
    }
  }
  if (!Number.isSafeInteger(seed) && typeof seed !== 'bigint') {
    throw new Error(`The seed is a whole number, not ${seed}.`);
  }
  if (!Object.hasOwn(SOLVERS, asked.solver)) {
    throw new Error(`There is no solver ${asked.solver}; choose one of ${Object.keys(SOLVERS).join(', ')}.`);
  }
  return asked;
}

// A class by its name, or by a number.
export function label(tree, given) {
  if (!tree.labels.includes(String(given))) {
    throw new Error(`There is no class ${given}; choose one of ${tree.labels.join(', ')}.`);
  }
  return String(given);
}

// One class, several, or all.
export function group(tree, given) {
  const names = given === undefined || given === null ? tree.labels : [given].flat().map(one => label(tree, one));
  if (!names.length) throw new Error('Name at least one class.');
  return [...new Set(names)];
}

export function time(given) {
  if (typeof given !== 'number' || !(given >= 0 && given <= 1)) {
    throw new Error(`A turning time is a number from 0 (data) to 1 (noise), not ${given}.`);
  }
  return given;
}
