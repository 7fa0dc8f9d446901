import { AssayError } from "../../core/problems/assayError.ts";

/** A kind of work of the lane. Plain data: it crosses to worker threads by copy. */
export interface Circuit {
  readonly id: string;
  /** Path of the key, for messages only. */
  readonly file: string;
  /** The parsed content of the key file: a key as snarkjs writes it, or anything else. */
  readonly verificationKey: unknown;
  /** The last of the public signals, in order: `x` is one field element, `x[4]` a list of four. */
  readonly publicInputs: readonly string[];
  /** Whether any field elements are valid inputs, so that benchmark jobs can be made. */
  readonly benchmark: boolean;
}

/** A public input by name; `length` is null for one element. */
export interface PublicName {
  readonly name: string;
  readonly length: number | null;
}

/** An answer with more signals of full size would not fit in 64 KiB. */
export const MAX_SIGNALS = 512;

const namePattern = /^([A-Za-z_$][A-Za-z0-9_$]{0,63})(?:\[([1-9][0-9]{0,2})\])?$/;

export function circuitFault(circuit: Circuit, cause_text: string): AssayError {
  return new AssayError({ code: "circuit_invalid", circuit: circuit.id, file: circuit.file, cause_text });
}

function parseName(circuit: Circuit, text: string): PublicName {
  const [, name, length] = namePattern.exec(text) ?? [];
  if (name === undefined)
    throw circuitFault(circuit, `public input "${text}" is neither a name such as x nor a list such as x[4]`);
  return { name, length: length === undefined ? null : Number(length) };
}

/** How many signals the names cover. */
export function signalCount(names: readonly PublicName[]): number {
  return names.reduce((sum, { length }) => sum + (length ?? 1), 0);
}

/** The public inputs of a circuit. Throws `circuit_invalid`. */
export function publicNames(circuit: Circuit): readonly PublicName[] {
  const names = circuit.publicInputs.map((text) => parseName(circuit, text));
  if (new Set(names.map(({ name }) => name)).size < names.length)
    throw circuitFault(circuit, "two public inputs have the same name");
  if (signalCount(names) > MAX_SIGNALS) throw circuitFault(circuit, `more than ${MAX_SIGNALS} public inputs`);
  return names;
}
