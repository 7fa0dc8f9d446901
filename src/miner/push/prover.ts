import type { JobInput } from "../../flow/lane.ts";

/** A Groth16 proof with its public signals, as snarkjs writes them. */
export interface ProofAnswer {
  readonly proof: object;
  readonly publicSignals: readonly string[];
}

export interface Prover {
  /** Whether it can prove this kind of work, and has these private inputs of it. */
  has(kind: string, ownInputs?: readonly string[]): boolean;
  /** Rejects with the signal's reason once that aborts, with `failed` when there is no such proof. */
  prove(kind: string, input: JobInput, signal: AbortSignal): Promise<ProofAnswer>;
  /** Ends its threads; what is being proved rejects. */
  close(): Promise<void>;
}
