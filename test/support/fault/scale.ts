import { systemRandom } from "../../../src/core/random.ts";

/** How many of something a fault test runs: the sample that `make test` takes, or all that `make fault` does. */
export function scaled(sample: number, full: number): number {
  return process.env.FAULT === "full" ? full : sample;
}

/** The seed of a test: that of the environment variable SEED, or a new one. It is printed, so that a failure can be run again. */
export function seedOf(name: string): number {
  const given = process.env.SEED;
  const seed = given === undefined ? Math.floor(systemRandom.unit() * 2 ** 31) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`SEED is ${given}; give an integer`);
  console.log(`${name}: SEED=${seed}`);
  return seed;
}
