import type { JobCheck } from "../../flow/lane.ts";
import type { InvalidCode, Verdict } from "../../flow/verdict.ts";
import { readProof } from "./answer.ts";
import { ProofBatch, type ProofList, type RandomBytes } from "./batch.ts";
import type { PublicName } from "./circuit.ts";
import { type Engine, g1At, g2At } from "./engine.ts";
import { expectedSignals } from "./inputs.ts";
import type { Key } from "./key.ts";
import type { PointLoader } from "./pointLoader.ts";

/** The most proofs checked together: larger batches save no more, and scratch memory is bounded. */
const MAX_TOGETHER = 32;

const valid: Verdict = { outcome: "valid" };
const invalid = (code: InvalidCode): Verdict => ({ outcome: "invalid", code });

/** Memory for the proofs of one batch. */
interface Slots extends ProofList {
  readonly signals: bigint[][];
}

/** Checks answers of one circuit. */
export class Groth16Verifier {
  readonly #engine: Engine;
  readonly #loader: PointLoader;
  readonly #key: Key;
  readonly #names: readonly PublicName[];

  constructor(loader: PointLoader, key: Key, names: readonly PublicName[]) {
    this.#engine = loader.engine;
    this.#loader = loader;
    this.#key = key;
    this.#names = names;
  }

  /** One verdict per item, in order. */
  check(items: readonly JobCheck[], random: RandomBytes): Verdict[] {
    const verdicts: Verdict[] = [];
    for (let at = 0; at < items.length; at += MAX_TOGETHER) {
      const together = items.slice(at, at + MAX_TOGETHER);
      verdicts.push(...this.#engine.scope(() => this.#checkTogether(together, random)));
    }
    return verdicts;
  }

  #checkTogether(items: readonly JobCheck[], random: RandomBytes): Verdict[] {
    const count = items.length;
    const [a, b, c] = [this.#engine.g1(count), this.#engine.g2(count), this.#engine.g1(count)];
    const slots: Slots = { a, b, c, signals: [] };
    const settled = items.map((item) => this.#admit(item, slots));
    const truths = new ProofBatch(this.#engine, this.#key, slots, random).verify().values();
    return settled.map((verdict) => verdict ?? (truths.next().value ? valid : invalid("proof_rejected")));
  }

  /** Puts a proof into the next slot, or returns the verdict that needs no pairing. */
  #admit({ input, answer }: JobCheck, slots: Slots): Verdict | null {
    const expected = expectedSignals(this.#names, input);
    if (expected === null) return { outcome: "error", code: "inputs_missing" };
    const proof = readProof(answer, this.#key.signalCount);
    if (typeof proof === "string") return invalid(proof);
    const bound = proof.signals.slice(proof.signals.length - expected.length);
    if (bound.some((signal, index) => signal !== expected[index])) return invalid("proof_signals_not_bound");
    const slot = slots.signals.length;
    const fault =
      this.#loader.loadG1(g1At(slots.a, slot), proof.a) ??
      this.#loader.loadG1(g1At(slots.c, slot), proof.c) ??
      this.#loader.loadG2(g2At(slots.b, slot), proof.b);
    if (fault !== null) return invalid(fault);
    slots.signals.push(proof.signals.map(BigInt));
    return null;
  }
}
