import { type Engine, type Fr, frAt, type G1, type G2, type Gt, g1At, g2At } from "./engine.ts";
import type { Key } from "./key.ts";
import { R } from "./numbers.ts";

/** Proofs whose points are known to be in their groups: lists in the engine's memory, one entry per proof. */
export interface ProofList {
  readonly a: G1;
  readonly b: G2;
  readonly c: G1;
  /** Public signals of each proof. */
  readonly signals: readonly (readonly bigint[])[];
}

export type RandomBytes = (count: number) => Uint8Array;

const COEFFICIENT_BYTES = 16;
/**
 * Ranges of this size are not halved further. With one false proof of 16 the search costs the same for 2 and 4 (2.4 clean
 * batches in all); with 16 false ones 4 saves a third.
 */
const FEW = 4;

/** 1 to 2^128: never zero, which would leave a proof out. */
function coefficients(count: number, random: RandomBytes): bigint[] {
  const hex = Buffer.from(random(count * COEFFICIENT_BYTES)).toString("hex");
  const digits = 2 * COEFFICIENT_BYTES;
  if (hex.length !== count * digits) throw new RangeError("groth16: too few random bytes");
  return Array.from(
    { length: count },
    (_, index) => BigInt(`0x${hex.slice(index * digits, (index + 1) * digits)}`) + 1n,
  );
}

/**
 * Checks proofs of one key together, and finds the false ones.
 *
 * A proof is true iff e(A, B) e(V, -gamma) e(C, -delta) e(alpha, beta)^-1 = 1 with V = IC_0 + sum of s_j IC_j. For a
 * range of proofs the product of the left sides, each to the power of its coefficient, is 1 if all are true. If one is
 * false, it is 1 for at most one value of that proof's coefficient, whatever the others are: with probability 2^-128.
 *
 * When a range fails it is halved. The halves keep their coefficients, so that one half's product follows from the other's
 * by a division. That is as safe: proofs are fixed before the coefficients are drawn, and the possible ranges, fewer than 2n
 * for n proofs, are fixed by n alone. So by the union bound the probability that any of them hides a false proof is below
 * 2n * 2^-128, however the outcomes depend on each other. An honest miner is never blamed by chance: the few proofs that
 * are left are checked one by one, without coefficients, and only that check results in `false`.
 */
export class ProofBatch {
  readonly #engine: Engine;
  readonly #key: Key;
  readonly #proofs: ProofList;
  readonly #coefficients: readonly bigint[];
  readonly #scalars: Fr;
  readonly #scaledA: G1;
  readonly #valid: boolean[];

  /** Draws the coefficients; the proofs are final by now. Uses scratch memory of the caller's scope. */
  constructor(engine: Engine, key: Key, proofs: ProofList, random: RandomBytes) {
    const count = proofs.signals.length;
    this.#engine = engine;
    this.#key = key;
    this.#proofs = proofs;
    this.#valid = new Array<boolean>(count).fill(true);
    this.#coefficients = count > 1 ? coefficients(count, random) : [];
    this.#scalars = engine.fr(count);
    this.#scaledA = engine.g1(count);
    for (const [index, coefficient] of this.#coefficients.entries()) {
      const scalar = frAt(this.#scalars, index);
      engine.setFr(scalar, coefficient);
      engine.mcl._mclBnG1_mul(g1At(this.#scaledA, index), g1At(proofs.a, index), scalar);
    }
  }

  /** Whether each proof is true, in order. */
  verify(): readonly boolean[] {
    const count = this.#proofs.signals.length;
    if (count === 1) this.#verifyAlone(0);
    if (count > 1) this.#engine.scope(() => this.#settle(0, count, this.#product(0, count)));
    return this.#valid;
  }

  #settle(from: number, to: number, product: Gt): void {
    if (this.#engine.mcl._mclBnGT_isOne(product) === 1) return;
    if (to - from > FEW) this.#halve(from, to, product);
    else for (let index = from; index < to; index++) this.#verifyAlone(index);
  }

  #halve(from: number, to: number, product: Gt): void {
    const { mcl } = this.#engine;
    const middle = (from + to) >> 1;
    const first = this.#product(from, middle);
    const second = this.#engine.gt();
    mcl._mclBnGT_inv(second, first);
    mcl._mclBnGT_mul(second, second, product);
    this.#settle(from, middle, first);
    this.#settle(middle, to, second);
  }

  /** The product of a range: an r-th root of unity. */
  #product(from: number, to: number): Gt {
    const product = this.#engine.gt();
    const count = to - from;
    this.#engine.scope(() => {
      const { mcl } = this.#engine;
      const { b, c } = this.#proofs;
      const [sumC, alphaBeta] = [this.#engine.g1(), this.#engine.gt()];
      mcl._mclBnG1_mulVec(sumC, g1At(c, from), frAt(this.#scalars, from), count);
      mcl._mclBn_millerLoopVec(product, g1At(this.#scaledA, from), g2At(b, from), count);
      const total = this.#foldSignals(product, from, this.#coefficients.slice(from, to), sumC);
      mcl._mclBn_finalExp(product, product);
      mcl._mclBnGT_pow(alphaBeta, this.#key.alphaBetaInverse, total);
      mcl._mclBnGT_mul(product, product, alphaBeta);
    });
    return product;
  }

  /** The equation of one proof, without random coefficients. */
  #verifyAlone(index: number): void {
    this.#engine.scope(() => {
      const { mcl } = this.#engine;
      const { a, b, c } = this.#proofs;
      const product = this.#engine.gt();
      mcl._mclBn_millerLoopVec(product, g1At(a, index), g2At(b, index), 1);
      this.#foldSignals(product, index, [1n], g1At(c, index));
      mcl._mclBn_finalExp(product, product);
      mcl._mclBnGT_mul(product, product, this.#key.alphaBetaInverse);
      this.#valid[index] = mcl._mclBnGT_isOne(product) === 1;
    });
  }

  /** Multiplies in the Miller loops of the weighted V and C with gamma and delta. Returns the sum of the weights. */
  #foldSignals(product: Gt, from: number, weights: readonly bigint[], c: G1): Fr {
    const { mcl } = this.#engine;
    const count = this.#key.signalCount + 1;
    const sums = new Array<bigint>(count).fill(0n);
    for (const [index, weight] of weights.entries()) {
      const signals = this.#proofs.signals[from + index] ?? [];
      sums[0] = (sums[0] ?? 0n) + weight;
      for (const [at, signal] of signals.entries()) sums[at + 1] = (sums[at + 1] ?? 0n) + weight * signal;
    }
    const [scalars, v, fixed] = [this.#engine.fr(count), this.#engine.g1(), this.#engine.gt()];
    for (const [at, sum] of sums.entries()) this.#engine.setFr(frAt(scalars, at), sum % R);
    mcl._mclBnG1_mulVec(v, this.#key.ic, scalars, count);
    // V may be at infinity: mcl then leaves its loop out. It cannot do that for both, but C is not at infinity: no pi_c is,
    // and a sum with random coefficients is with a probability of 2^-128.
    mcl._mclBn_precomputedMillerLoop2(fixed, v, this.#key.gamma, c, this.#key.delta);
    mcl._mclBnGT_mul(product, product, fixed);
    return scalars;
  }
}
