/**
 * The generator behind `Math.random` in V8: xorshift128+ whose numbers are made 64 at a time and served last first, each the
 * top 52 bits (53 in the V8 of Node 24) of the first half of the state. Nothing that others gain from knowing may be decided
 * by it.
 */

/** The first half of the state, then the second: four words, the high one of each half first. */
export type State = Uint32Array;

/** Numbers that are made at once. */
export const CACHE = 64;

/** Makes the next number: the state's first half is it. */
export function step(state: State): void {
  const [aHigh = 0, aLow = 0, bHigh = 0, bLow = 0] = state;
  // a ^= a << 23; a ^= a >> 17; a ^= b; a ^= b >> 26
  let high = aHigh ^ ((aHigh << 23) | (aLow >>> 9));
  let low = aLow ^ (aLow << 23);
  low ^= (low >>> 17) | (high << 15);
  high ^= high >>> 17;
  state[0] = bHigh;
  state[1] = bLow;
  state[2] = high ^ bHigh ^ (bHigh >>> 26);
  state[3] = low ^ bLow ^ ((bLow >>> 26) | (bHigh << 6));
}

/** Which number of the generator is served at a position, where position 0 is the first of a cache. */
export function madeAt(position: number): number {
  return position - (position % CACHE) + CACHE - 1 - (position % CACHE);
}

/**
 * What `Math.random` serves at positions `from` to `to` (exclusive), from the state before the first cache was made. The
 * last bits that V8 drops are kept: a number is right to 2^-52.
 */
export function served(state: State, from: number, to: number): Float64Array {
  const running = state.slice();
  const made = new Float64Array(Math.ceil(to / CACHE) * CACHE);
  for (let i = 0; i < made.length; i++) {
    step(running);
    made[i] = (running[0] ?? 0) / 2 ** 32 + (running[1] ?? 0) / 2 ** 64;
  }
  return Float64Array.from({ length: to - from }, (_, i) => made[madeAt(from + i)] ?? Number.NaN);
}
