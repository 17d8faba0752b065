// Solvers, as in branched/noise/solvers.py: generators that yield a state and its time, are sent the estimate of the
// clean object, and return the state at the last time.
import {alpha, diffuse, freshShare, halfLogSnr, inferNoise, sigma} from './schedule.js';

// First order (Song et al., 2021a); with eta > 0 part of the noise is replaced by fresh noise.
function* ddim(xt, times, noise, eta) {
  for (let k = 0; k + 1 < times.length; k++) {
    const t = times[k], next = times[k + 1], x0 = yield [xt, t];
    let implied = inferNoise(xt, x0, t);
    if (eta > 0 && next > 0) {
      const share = eta * freshShare(t, next), kept = Math.sqrt(1 - share ** 2), fresh = noise.next();
      implied = implied.map((old, i) => kept * old + share * fresh[i]);
    }
    xt = diffuse(x0, implied, next);
  }
  return xt;
}

// DPM-Solver++(2M) (Lu et al., 2022b, algorithm 2).
function* dpmpp2m(xt, times) {
  let last = null;
  for (let k = 0; k + 1 < times.length; k++) {
    const t = times[k], next = times[k + 1], x0 = yield [xt, t], h = halfLogSnr(next) - halfLogSnr(t);
    const exact = last && Number.isFinite(h) && Number.isFinite(last.h);
    const slope = exact ? h / (2 * last.h) : 0, keep = sigma(next) / sigma(t), take = -alpha(next) * Math.expm1(-h);
    const before = exact ? last.x0 : x0;
    xt = xt.map((x, i) => keep * x + take * (x0[i] + (x0[i] - before[i]) * slope));
    last = {x0, h};
  }
  return xt;
}

export const SOLVERS = {
  ddim: (xt, times, noise) => ddim(xt, times, noise, 0),
  'ddim-eta': (xt, times, noise) => ddim(xt, times, noise, 0.7),
  ddpm: (xt, times, noise) => ddim(xt, times, noise, 1),
  'dpm++2m': dpmpp2m,
};

// One step with an estimate that is there already.
export function step(solver, x, times, noise, x0) {
  const steps = solver(x, times, noise);
  steps.next();
  return steps.next(x0).value;
}

// Times from high down to low: the ends, and those of the grid k / steps that lie half a step inside.
export function grid(high, low, steps) {
  const margin = 0.5 / steps, times = [high];
  for (let k = steps; k > 0; k--) if (low + margin < k / steps && k / steps < high - margin) times.push(k / steps);
  return [...times, low];
}
