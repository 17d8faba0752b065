// The network as a denoiser: questions {x, t, branch}, of any number of rows each, are answered by estimates x0.
import {alpha, sigma} from './schedule.js';

const ROWS = 32;  // of one evaluation at most, after which somebody else may have a turn

export class Network {
  // A runtime's session of the graph; the shape (C, H, W) of one object.
  constructor({Tensor}, session, shape) {
    Object.assign(this, {Tensor, session, shape, size: shape.reduce((a, b) => a * b)});
  }

  // Puts x0, within the range of the data, on every question. `turn` is awaited before each evaluation: who no longer
  // wants an answer throws there.
  async answer(questions, turn) {
    const {size} = this, counts = questions.map(({x}) => x.length / size), rows = counts.reduce((a, b) => a + b, 0);
    const each = pick => Float32Array.from(questions.flatMap((one, k) => Array(counts[k]).fill(pick(one))));
    const t = each(one => one.t), process = each(one => one.branch.process), x = new Float32Array(rows * size);
    let place = 0;
    for (const one of questions) {
      x.set(one.x, place);
      place += one.x.length;
    }
    const pieces = Math.ceil(rows / ROWS), x0 = new Float32Array(rows * size);
    for (let k = 0; k < pieces; k++) {
      const from = Math.floor(k * rows / pieces), to = Math.floor((k + 1) * rows / pieces);
      const part = await turn(() => this.velocity(x.subarray(from * size, to * size), t.subarray(from, to),
        process.subarray(from, to)));
      x0.set(part, from * size);
    }
    cleaned(x0, x, t, size);
    place = 0;
    for (const one of questions) {
      one.x0 = x0.subarray(place, place + one.x.length);
      place += one.x.length;
    }
  }

  async velocity(x, t, process) {
    const {Tensor, session, shape} = this, output = session.outputNames[0];
    const made = await session.run({
      xt: new Tensor('float32', x, [t.length, ...shape]), t: new Tensor('float32', t, [t.length, 1]),
      process: new Tensor('int32', Int32Array.from(process), [t.length])});
    return made[output].data;
  }
}

// Velocities v become estimates in place: alpha xt - sigma v, kept within the range of the data.
function cleaned(v, x, t, size) {
  t.forEach((time, row) => {
    const a = Math.fround(alpha(time)), s = Math.fround(sigma(time));
    for (let k = row * size; k < (row + 1) * size; k++) v[k] = Math.min(1, Math.max(-1, a * x[k] - s * v[k]));
  });
}
