import type { Brand } from "../../core/brand.ts";

/** Address of a value, or of a list of values, in the engine's memory. */
export type Fp = Brand<number, "Fp">;
export type Fr = Brand<number, "Fr">;
export type G1 = Brand<number, "G1">;
export type G2 = Brand<number, "G2">;
export type Gt = Brand<number, "Gt">;
/** The line functions of a fixed point of G2. */
export type Lines = Brand<number, "Lines">;

/** Bytes of a value, fixed by how the engine was compiled. Points are x, y, z; an Fp2 is two Fp. */
export const FP_SIZE = 48;
export const FP2_SIZE = 2 * FP_SIZE;
const FR_SIZE = 32;
const G1_SIZE = 3 * FP_SIZE;
export const G2_SIZE = 3 * FP2_SIZE;
const GT_SIZE = 12 * FP_SIZE;

type Test<T> = (x: T) => number;
type Map1<T> = (z: T, x: T) => void;
type Map2<T> = (z: T, x: T, y: T) => void;
type FromText<T> = (z: T, text: number, length: number, base: number) => number;

/** The functions of mcl's WebAssembly in use. Results are first arguments; tests and setters return integers as in C. */
export interface Mcl {
  readonly HEAP8: Int8Array;
  _malloc(bytes: number): number;
  _mclBn_init(curve: number, compiledFor: number): number;
  _mclBn_verifyOrderG1(on: number): void;
  _mclBn_verifyOrderG2(on: number): void;
  readonly _mclBnFp_setStr: FromText<Fp>;
  _mclBnFp_setInt32(z: Fp, value: number): number;
  readonly _mclBnFp_neg: Map1<Fp>;
  readonly _mclBnFp2_mul: Map2<Fp>;
  readonly _mclBnFr_setStr: FromText<Fr>;
  readonly _mclBnG1_isValid: Test<G1>;
  readonly _mclBnG1_normalize: Map1<G1>;
  _mclBnG1_mulVec(z: G1, points: G1, scalars: Fr, count: number): void;
  readonly _mclBnG2_isValid: Test<G2>;
  readonly _mclBnG2_normalize: Map1<G2>;
  _mclBnG1_mul(z: G1, x: G1, scalar: Fr): void;
  _mclBnG2_isEqual(x: G2, y: G2): number;
  readonly _mclBnG2_neg: Map1<G2>;
  readonly _mclBnG2_dbl: Map1<G2>;
  readonly _mclBnG2_add: Map2<G2>;
  readonly _mclBnGT_isOne: Test<Gt>;
  readonly _mclBnGT_mul: Map2<Gt>;
  readonly _mclBnGT_inv: Map1<Gt>;
  _mclBnGT_pow(z: Gt, x: Gt, exponent: Fr): void;
  _mclBn_millerLoopVec(z: Gt, p: G1, q: G2, count: number): void;
  _mclBn_pairing(z: Gt, p: G1, q: G2): void;
  _mclBn_finalExp(z: Gt, x: Gt): void;
  _mclBn_getUint64NumToPrecompute(): number;
  _mclBn_precomputeG2(z: Lines, q: G2): void;
  _mclBn_precomputedMillerLoop2(z: Gt, p1: G1, lines1: Lines, p2: G1, lines2: Lines): void;
}

/** Scratch memory of one check: 32 proofs take 24 kB, the scalars of 512 signals 16 kB, each step of a search 2 kB. */
const SCRATCH_BYTES = 131_072;
/** Longer than any decimal number. */
const TEXT_BYTES = 80;

/**
 * mcl over BN254, on its own memory. The values of a check are in scratch memory and are released with its scope, so the
 * memory does not grow with the number of checks; `keep` is for values that stay.
 */
export class Engine {
  readonly mcl: Mcl;
  readonly #text: number;
  readonly #end: number;
  #next: number;

  constructor(mcl: Mcl) {
    this.mcl = mcl;
    this.#text = this.keep(TEXT_BYTES);
    this.#next = this.keep(SCRATCH_BYTES);
    this.#end = this.#next + SCRATCH_BYTES;
  }

  /** Memory that is never released. Throws RangeError when there is none. */
  keep(bytes: number): number {
    const at = this.mcl._malloc(bytes);
    if (at === 0) throw new RangeError(`groth16: no memory for ${bytes} bytes`);
    return at;
  }

  /** Does the work, then releases the scratch values that it made. */
  scope<T>(work: () => T): T {
    const start = this.#next;
    try {
      return work();
    } finally {
      this.#next = start;
    }
  }

  #take(bytes: number): number {
    const at = this.#next;
    if (at + bytes > this.#end) throw new RangeError("groth16: scratch memory is full");
    this.#next = at + bytes;
    return at;
  }

  fr(count = 1): Fr {
    return this.#take(count * FR_SIZE) as Fr;
  }

  g1(count = 1): G1 {
    return this.#take(count * G1_SIZE) as G1;
  }

  g2(count = 1): G2 {
    return this.#take(count * G2_SIZE) as G2;
  }

  gt(): Gt {
    return this.#take(GT_SIZE) as Gt;
  }

  keepG1(count: number): G1 {
    return this.keep(count * G1_SIZE) as G1;
  }

  keepG2(): G2 {
    return this.keep(G2_SIZE) as G2;
  }

  keepGt(): Gt {
    return this.keep(GT_SIZE) as Gt;
  }

  keepLines(): Lines {
    return this.keep(this.mcl._mclBn_getUint64NumToPrecompute() * 8) as Lines;
  }

  #setText<T>(set: FromText<T>, z: T, text: string): void {
    if (text.length > TEXT_BYTES) throw new RangeError("groth16: number too long");
    const heap = this.mcl.HEAP8;
    for (let i = 0; i < text.length; i++) heap[this.#text + i] = text.charCodeAt(i);
    if (set(z, this.#text, text.length, 10) !== 0) throw new RangeError("groth16: number was not checked");
  }

  /** Reads a decimal text that is canonical and below p. */
  setFp(z: Fp, text: string): void {
    this.#setText(this.mcl._mclBnFp_setStr, z, text);
  }

  setOne(z: Fp): void {
    this.mcl._mclBnFp_setInt32(z, 1);
  }

  /** A number from 0 to r - 1. */
  setFr(z: Fr, value: bigint): void {
    this.#setText(this.mcl._mclBnFr_setStr, z, value.toString());
  }

  copy(to: number, from: number, bytes: number): void {
    this.mcl.HEAP8.copyWithin(to, from, from + bytes);
  }
}

/** The address of an item of a list. */
export const g1At = (list: G1, index: number): G1 => (list + index * G1_SIZE) as G1;
export const g2At = (list: G2, index: number): G2 => (list + index * G2_SIZE) as G2;
export const frAt = (list: Fr, index: number): Fr => (list + index * FR_SIZE) as Fr;
/** The address of a coordinate of a point, or of a half of an Fp2: `index` values of Fp after its start. */
export const fpAt = (point: number, index: number): Fp => (point + index * FP_SIZE) as Fp;
