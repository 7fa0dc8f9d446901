import { CACHE, madeAt, type State, served, step } from "./v8Random.ts";

/**
 * Recovers the state of `Math.random` from nothing but which of consecutive jobs were sampled. A number below the rate has
 * high bits that are all 0, each a linear combination of the 128 bits of the state; where a cache began is tried.
 */

/** A state before a cache was made, and how many jobs before the first seen one it began. */
interface Candidate {
  readonly state: State;
  readonly offset: number;
}

/** What can be believed of the generator after some outcomes. */
export interface Belief {
  /** Of the outcomes that were seen, how many every candidate explains; none explains more. */
  readonly agrees: number;
  /** Several, as long as few numbers of the first and last places of a cache were seen. */
  readonly candidates: readonly Candidate[];
}

const BITS = 128;
const WORDS = 4;
/** Members of a kernel that are tried at most, as a power of two. */
const MAX_KERNEL = 12;

/** Bits that are certainly 0 in a number below the rate. */
const zeroBits = (rate: number): number => Math.floor(-Math.log2(rate));

/** For each number made, and each of its high bits, the bits of the first state that it is the sum of. */
function equations(numbers: number, bits: number): Uint32Array {
  const rows = new Uint32Array(numbers * bits * WORDS);
  for (let unknown = 0; unknown < BITS; unknown++) {
    const state = new Uint32Array(WORDS);
    state[unknown >> 5] = 1 << (unknown & 31);
    for (let n = 0; n < numbers; n++) {
      step(state);
      for (let bit = 0; bit < bits; bit++) {
        if ((((state[0] ?? 0) >>> (31 - bit)) & 1) === 0) continue;
        const at = (n * bits + bit) * WORDS + (unknown >> 5);
        rows[at] = (rows[at] ?? 0) | (1 << (unknown & 31));
      }
    }
  }
  return rows;
}

const bitOf = (row: Uint32Array, bit: number): number => ((row[bit >> 5] ?? 0) >>> (bit & 31)) & 1;

function add(row: Uint32Array, other: Uint32Array): void {
  for (let word = 0; word < WORDS; word++) row[word] = (row[word] ?? 0) ^ (other[word] ?? 0);
}

/** A basis of the states for which every row sums to 0 (Gauss and Jordan). */
function kernel(rows: readonly Uint32Array[]): State[] {
  const left = rows.map((row) => row.slice());
  const pivots = new Map<number, Uint32Array>();
  for (let bit = 0; bit < BITS; bit++) {
    const at = left.findIndex((row) => bitOf(row, bit) === 1);
    const pivot = left[at];
    if (pivot === undefined) continue;
    left.splice(at, 1);
    for (const row of [...left, ...pivots.values()]) if (bitOf(row, bit) === 1) add(row, pivot);
    pivots.set(bit, pivot);
  }
  const free = Array.from({ length: BITS }, (_, bit) => bit).filter((bit) => !pivots.has(bit));
  return free.map((chosen) => {
    const state = new Uint32Array(WORDS);
    state[chosen >> 5] = 1 << (chosen & 31);
    for (const [bit, row] of pivots) {
      if (bitOf(row, chosen) === 1) state[bit >> 5] = (state[bit >> 5] ?? 0) | (1 << (bit & 31));
    }
    return state;
  });
}

/** Every sum of some of the states, but the empty one: 0 is the one state that the generator never has. */
function* sums(basis: readonly State[]): Generator<State> {
  for (let chosen = 1; chosen < 2 ** Math.min(basis.length, MAX_KERNEL); chosen++) {
    const sum = new Uint32Array(WORDS);
    for (const [i, one] of basis.entries()) if (((chosen >>> i) & 1) === 1) add(sum, one);
    yield sum;
  }
}

/** Which of the jobs `from` to `to` after the first one seen are sampled by any candidate. */
export function predict(
  { candidates }: Pick<Belief, "candidates">,
  rate: number,
  from: number,
  to: number,
): boolean[] {
  const numbers = candidates.map(({ state, offset }) => served(state, offset + from, offset + to));
  return Array.from({ length: to - from }, (_, job) => numbers.some((some) => (some[job] ?? 1) < rate));
}

/** The belief without the candidates that were wrong about the jobs from `from` on. */
export function narrowed(belief: Belief, rate: number, from: number, outcomes: readonly boolean[]): Belief {
  const candidates = belief.candidates.filter((one) => {
    const said = predict({ candidates: [one] }, rate, from, from + outcomes.length);
    return said.every((isSampled, job) => isSampled === outcomes[job]);
  });
  return { agrees: belief.agrees + outcomes.length, candidates };
}

/**
 * The states that explain most of what was seen, from the equations of a bounded number of sampled jobs. The right one is among
 * them when they explain everything.
 */
export function recover(seen: readonly boolean[], rate: number, hits: number): Belief {
  const bits = zeroBits(rate);
  const rows = equations(seen.length + 2 * CACHE, bits);
  const sampled = seen.flatMap((isSampled, job) => (isSampled ? [job] : [])).slice(0, hits);
  let best: Belief = { agrees: 0, candidates: [] };
  for (let offset = 0; offset < CACHE; offset++) {
    const chosen = sampled.flatMap((job) => {
      const first = madeAt(offset + job) * bits;
      return Array.from({ length: bits }, (_, bit) =>
        rows.subarray((first + bit) * WORDS, (first + bit + 1) * WORDS),
      );
    });
    for (const state of sums(kernel(chosen))) {
      const one = { state, offset };
      const said = predict({ candidates: [one] }, rate, 0, seen.length);
      const agrees = said.filter((isSampled, job) => isSampled === seen[job]).length;
      if (agrees > best.agrees) best = { agrees, candidates: [one] };
      else if (agrees === best.agrees) best = { agrees, candidates: [...best.candidates, one] };
    }
  }
  return best;
}
