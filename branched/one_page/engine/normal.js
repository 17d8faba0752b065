// PyTorch's normal noise, number for number: the Mersenne Twister (Matsumoto and Nishimura, 1998), seeded by the lower
// half of a seed, and Box and Muller's transform of sixteen numbers at a time (DistributionTemplates.h in ATen).
const LENGTH = 624, APART = 397, GROUP = 16;

export class Generator {
  constructor(seed) {
    this.state = new Uint32Array(LENGTH);
    this.at = LENGTH;
    this.state[0] = Number(BigInt.asUintN(32, BigInt(seed)));
    for (let k = 1; k < LENGTH; k++) {
      const before = this.state[k - 1] ^ (this.state[k - 1] >>> 30);
      this.state[k] = Math.imul(1812433253, before) + k;
    }
  }

  // One that will give what this one would give next.
  copy() {
    return Object.assign(Object.create(Generator.prototype), {state: this.state.slice(), at: this.at});
  }

  turn() {
    const {state} = this;
    for (let k = 0; k < LENGTH; k++) {
      const y = (state[k] & 0x80000000) | (state[(k + 1) % LENGTH] & 0x7fffffff);
      state[k] = state[(k + APART) % LENGTH] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.at = 0;
  }

  // 32 random bits.
  bits() {
    if (this.at === LENGTH) this.turn();
    let y = this.state[this.at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  // Evenly spread over [0, 1), with the 24 bits of a float.
  uniform() {
    return (this.bits() & 0xffffff) / 0x1000000;
  }

  // Standard normal numbers into a Float32Array of at least sixteen.
  normal(into) {
    for (let k = 0; k < into.length; k++) into[k] = this.uniform();
    for (let k = 0; k + GROUP <= into.length; k += GROUP) transform(into, k);
    if (into.length % GROUP) {
      const last = into.length - GROUP;
      for (let k = last; k < into.length; k++) into[k] = this.uniform();
      transform(into, last);
    }
    return into;
  }
}

// Sixteen numbers of [0, 1), from a place on, become normal ones.
function transform(numbers, from) {
  for (let k = from; k < from + GROUP / 2; k++) {
    const radius = Math.sqrt(-2 * Math.log(Math.fround(1 - numbers[k])));
    const angle = 2 * Math.PI * numbers[k + GROUP / 2];
    numbers[k] = radius * Math.cos(angle);
    numbers[k + GROUP / 2] = radius * Math.sin(angle);
  }
}

// Noise for rows of `size` numbers, each from its own key.
export function normal(keys, size) {
  const noise = new Float32Array(keys.length * size);
  keys.forEach((key, k) => new Generator(key).normal(noise.subarray(k * size, (k + 1) * size)));
  return noise;
}

// Noise for one step after another; every row draws from a generator of its own, which begins when it is first asked.
export class FreshNoise {
  constructor(seeds, size, generators = null) {
    Object.assign(this, {seeds, size, generators});
  }

  next() {
    this.generators ??= this.seeds.map(seed => new Generator(seed));
    const noise = new Float32Array(this.seeds.length * this.size);
    this.generators.forEach((own, k) => own.normal(noise.subarray(k * this.size, (k + 1) * this.size)));
    return noise;
  }

  copy() {
    return new FreshNoise(this.seeds, this.size, this.generators?.map(own => own.copy()) ?? null);
  }
}
