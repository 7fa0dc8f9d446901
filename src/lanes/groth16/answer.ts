import type { InvalidCode } from "../../flow/verdict.ts";
import { R_TEXT, readNumbers } from "./numbers.ts";
import { type G1Text, type G2Text, readG1, readG2 } from "./points.ts";

/** An answer longer than this is refused before it is one: it is never parsed. A proof with 512 signals takes about 45 kB. */
export const MAX_BYTES = 65_536;

/** A well-formed answer: numbers canonical and in range, points not at infinity. */
export interface Proof {
  readonly a: G1Text;
  readonly b: G2Text;
  readonly c: G1Text;
  /** Canonical, below r, one per public signal of the circuit. */
  readonly signals: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function parse(text: string): Fields | null {
  if (text.length > MAX_BYTES || Buffer.byteLength(text) > MAX_BYTES) return null;
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The list under one of its two names; of both, that of snarkjs. */
function signalsOf(answer: Fields): readonly unknown[] | null {
  const signals = answer.publicSignals ?? answer.public_signals;
  return Array.isArray(signals) ? signals : null;
}

function readSignals(signals: readonly unknown[], count: number): InvalidCode | readonly string[] {
  if (signals.length !== count) return "proof_signals_wrong_length";
  return readNumbers(signals, R_TEXT);
}

/**
 * Reads `{proof: {pi_a, pi_b, pi_c}, publicSignals}`, as snarkjs writes it. Other members, such as `protocol` and `curve`, are labels
 * and are not read: the circuit decides both, and they change nothing about the points. Never throws.
 */
export function readProof(text: string, signalCount: number): Proof | InvalidCode {
  const answer = parse(text);
  const proof = answer && fieldsOf(answer.proof);
  const listed = answer && signalsOf(answer);
  if (!proof || !listed) return "proof_malformed";
  const signals = readSignals(listed, signalCount);
  if (typeof signals === "string") return signals;
  const a = readG1(proof.pi_a);
  if (typeof a === "string") return a;
  const b = readG2(proof.pi_b);
  if (typeof b === "string") return b;
  const c = readG1(proof.pi_c);
  if (typeof c === "string") return c;
  return { a, b, c, signals };
}
