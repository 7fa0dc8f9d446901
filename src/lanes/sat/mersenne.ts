const N = 624;
const M = 397;
const MATRIX = 0x9908b0df | 0;

/** The state after init_genrand(19650218), from which every seeding by array starts. */
const initial = (() => {
  const state = new Int32Array(N);
  let last = 19650218;
  state[0] = last;
  for (let i = 1; i < N; i++) {
    last = (Math.imul(1812433253, last ^ (last >>> 30)) + i) | 0;
    state[i] = last;
  }
  return state;
})();

/** The 32-bit words of a seed's absolute value, least significant first; zero is one word. */
function wordsOf(seed: bigint): number[] {
  const words: number[] = [];
  for (let rest = seed < 0n ? -seed : seed; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffff_ffffn));
  return words.length === 0 ? [0] : words;
}

/** MT19937 with the seeding and the samplers of CPython, draw for draw. Words are kept as signed integers. */
export class Mersenne {
  readonly #state = new Int32Array(N);
  #next = N;

  constructor(seed: bigint) {
    this.seed(seed);
  }

  /** Restarts, as `random.seed(seed)` does. */
  seed(seed: bigint): void {
    const key = wordsOf(seed);
    const state = this.#state;
    state.set(initial);
    let last = initial[0] as number;
    let i = 1;
    for (let k = 0, j = 0; k < Math.max(N, key.length); k++) {
      last = ((state[i] as number) ^ Math.imul(last ^ (last >>> 30), 1664525)) + (key[j] as number) + j;
      last |= 0;
      state[i] = last;
      if (++i >= N) {
        state[0] = last;
        i = 1;
      }
      if (++j >= key.length) j = 0;
    }
    for (let k = 1; k < N; k++) {
      last = (((state[i] as number) ^ Math.imul(last ^ (last >>> 30), 1566083941)) - i) | 0;
      state[i] = last;
      if (++i >= N) {
        state[0] = last;
        i = 1;
      }
    }
    state[0] = 0x8000_0000 | 0;
    this.#next = N;
  }

  #twist(): void {
    const state = this.#state;
    let word = state[0] as number;
    for (let i = 0; i < N; i++) {
      const following = state[i + 1 < N ? i + 1 : 0] as number;
      const mixed = (word & 0x8000_0000) | (following & 0x7fff_ffff);
      const far = state[i < N - M ? i + M : i + M - N] as number;
      state[i] = far ^ (mixed >>> 1) ^ (-(following & 1) & MATRIX);
      word = following;
    }
    this.#next = 0;
  }

  /** The next 32 bits, as a signed integer. */
  word(): number {
    if (this.#next >= N) this.#twist();
    let y = this.#state[this.#next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  /** A float in [0, 1) of 53 bits. */
  random(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** 0 where `random() < 0.5`, else -1: the topmost bit decides, and both words of a float are consumed. */
  sign(): number {
    const sign = this.word() >> 31;
    if (this.#next >= N) this.#twist();
    this.#next++;
    return sign;
  }

  /** An integer of 1..32 random bits; 0 bits draw nothing. */
  getrandbits(bits: number): number {
    return bits === 0 ? 0 : this.word() >>> (32 - bits);
  }

  /** An integer in 0..below-1, for below in 1..2^32-1. */
  randbelow(below: number): number {
    const shift = Math.clz32(below);
    let drawn = this.word() >>> shift;
    while (drawn >= below) drawn = this.word() >>> shift;
    return drawn;
  }

  /** `sample(range(size), 3)`, written to the first three places of `out`; size is at least 3. */
  sample3(size: number, out: Int32Array): void {
    if (size <= POOL_MAX) this.#samplePool(size, out);
    else this.#sampleSet(size, out);
  }

  /** CPython moves the last item of its pool into the drawn position; three draws need no real pool. */
  #samplePool(size: number, out: Int32Array): void {
    const first = this.randbelow(size);
    const second = this.randbelow(size - 1);
    const third = this.randbelow(size - 2);
    const vacated = first === size - 2 ? size - 1 : size - 2;
    out[0] = first;
    out[1] = second === first ? size - 1 : second;
    if (third === second) out[2] = vacated;
    else out[2] = third === first ? size - 1 : third;
  }

  #sampleSet(size: number, out: Int32Array): void {
    const first = this.randbelow(size);
    let second = this.randbelow(size);
    while (second === first) second = this.randbelow(size);
    let third = this.randbelow(size);
    while (third === first || third === second) third = this.randbelow(size);
    out[0] = first;
    out[1] = second;
    out[2] = third;
  }
}

/** Up to this population CPython samples from a pool, above it by redrawing. */
const POOL_MAX = 21;
