// One seed from several numbers (splitmix64), as branched/noise/seeds.py mixes them: a BigInt of 63 bits.
const ALL = (1n << 64n) - 1n;

export function mix(...numbers) {
  let value = 0n;
  for (const number of numbers) {
    value = (value + BigInt(number) * 0x9E3779B97F4A7C15n + 0x632BE59BD9B4E019n) & ALL;
    value = (value ^ (value >> 30n)) * 0xBF58476D1CE4E5B9n & ALL;
    value = (value ^ (value >> 27n)) * 0x94D049BB133111EBn & ALL;
    value ^= value >> 31n;
  }
  return value & (ALL >> 1n);
}
