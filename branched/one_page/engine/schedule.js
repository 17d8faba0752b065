// The noise process, as in branched/noise/schedule.py: every state is alpha(t) x0 + sigma(t) noise.
const BETA_0 = 0.1, BETA_1 = 20;

export function logAlpha(t) {
  return -0.5 * (BETA_0 * t + 0.5 * (BETA_1 - BETA_0) * t * t);
}

export function alpha(t) {
  return Math.exp(logAlpha(t));
}

export function sigma(t) {
  return Math.sqrt(-Math.expm1(2 * logAlpha(t)));
}

// lambda(t) = log(alpha / sigma); infinite at t = 0.
export function halfLogSnr(t) {
  return t <= 0 ? Infinity : logAlpha(t) - 0.5 * Math.log(-Math.expm1(2 * logAlpha(t)));
}

// The state at time t on the way between clean objects and their noise.
export function diffuse(x0, noise, t) {
  const a = Math.fround(alpha(t)), s = Math.fround(sigma(t));
  return x0.map((x, k) => a * x + s * noise[k]);
}

// The noise that leads from x0 to xt at time t > 0.
export function inferNoise(xt, x0, t) {
  const a = Math.fround(alpha(t)), s = Math.fround(sigma(t));
  return xt.map((x, k) => (x - Math.fround(a * x0[k])) / s);
}

// The share of the noise that an ancestral step from t down to next replaces.
export function freshShare(t, next) {
  return Math.sqrt(1 - (alpha(t) / alpha(next)) ** 2) / sigma(t);
}
