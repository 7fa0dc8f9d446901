import type { InvalidCode } from "../../flow/verdict.ts";
import { numberFault, R_TEXT } from "./numbers.ts";
import { type G1Text, type G2Text, readG1, readG2 } from "./points.ts";

/** An answer longer than this is never parsed. A proof with 512 signals takes about 45 kB. */
const MAX_BYTES = 65_536;

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

/** The list under one of its two names; null for none or both. */
function signalsOf(answer: Fields): readonly unknown[] | null {
  const [found, other] = [answer.publicSignals, answer.public_signals];
  if ((found === undefined) === (other === undefined)) return null;
  const signals = found ?? other;
  return Array.isArray(signals) ? signals : null;
}

/** `protocol` and `curve` may be left out, but must not be wrong. */
function isGroth16(proof: Fields): boolean {
  const [protocol, curve] = [proof.protocol, proof.curve];
  return (protocol === undefined || protocol === "groth16") && (curve === undefined || curve === "bn128");
}

function readSignals(signals: readonly unknown[], count: number): InvalidCode | readonly string[] {
  if (signals.length !== count) return "proof_signals_wrong_length";
  for (const signal of signals) {
    const fault = numberFault(signal, R_TEXT);
    if (fault !== null) return fault;
  }
  return signals as readonly string[];
}

/** Reads `{proof: {pi_a, pi_b, pi_c, protocol?, curve?}, publicSignals}`, as snarkjs writes it. Never throws. */
export function readProof(text: string, signalCount: number): Proof | InvalidCode {
  const answer = parse(text);
  const proof = answer && fieldsOf(answer.proof);
  const listed = answer && signalsOf(answer);
  if (!proof || !listed || !isGroth16(proof)) return "proof_malformed";
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
