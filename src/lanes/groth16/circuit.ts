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
  /** Inputs that no signal shows, written as the public ones are; none unless given. */
  readonly privateInputs?: readonly string[];
  /** Who has the values of the private inputs: the customer sends them with a job, or the miner has or chooses them. */
  readonly suppliedBy?: PrivateSource;
  /** Whether any field elements are valid inputs, so that benchmark jobs can be made. */
  readonly benchmark: boolean;
}

export type PrivateSource = "customer" | "miner";

/** An input by name; `length` is null for one element. */
export interface PublicName {
  readonly name: string;
  readonly length: number | null;
}

/** A circuit's inputs in order. */
export interface InputNames {
  readonly public: readonly PublicName[];
  readonly private: readonly PublicName[];
  /** The private ones that a customer's job must have. */
  readonly fromCustomer: readonly PublicName[];
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
    throw circuitFault(circuit, `input "${text}" is neither a name such as x nor a list such as x[4]`);
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

/** The inputs of a circuit. Throws `circuit_invalid`, also for a benchmark that cannot be made. */
export function inputNames(circuit: Circuit): InputNames {
  const publics = publicNames(circuit);
  const { privateInputs = [], suppliedBy = "customer", benchmark } = circuit;
  const privates = privateInputs.map((text) => parseName(circuit, text));
  const all = [...publics, ...privates].map(({ name }) => name);
  const twice = all.find((name, i) => all.indexOf(name) !== i);
  if (twice !== undefined) throw circuitFault(circuit, `two inputs have the name ${twice}`);
  if (signalCount(privates) > MAX_SIGNALS)
    throw circuitFault(circuit, `more than ${MAX_SIGNALS} private inputs`);
  const fromCustomer = suppliedBy === "customer" ? privates : [];
  if (benchmark && fromCustomer.length > 0)
    throw circuitFault(
      circuit,
      "customers supply its private inputs, so no benchmark can be made; set benchmark.enabled to false, or supplied_by to miner",
    );
  return { public: publics, private: privates, fromCustomer };
}
