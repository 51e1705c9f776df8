/** Chance as an argument: seeded, so that a failure is repeated by its seed. */

export interface Random {
  /** Uniform in [0, 1), with 32 random bits. */
  next(): number;
}

/**
 * A 32-bit generator: a Weyl sequence through a finalising mix of two multiplications.
 * Good enough for test data and simulations; not for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next(): number {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state ^ (state >>> 16);
      mixed = Math.imul(mixed, 0x21f0aaad);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x735a2d97);
      mixed ^= mixed >>> 15;
      return (mixed >>> 0) / 4294967296;
    },
  };
}

/** A normal deviate with mean 0 and deviation 1, by Box and Muller (1958); draws two numbers. */
export function nextNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

/** An integer in [0, below). */
export function nextInteger(random: Random, below: number): number {
  return Math.floor(random.next() * below);
}
