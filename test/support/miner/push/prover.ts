import type { JobInput } from "../../../../src/flow/lane.ts";
import type { ProofAnswer, Prover } from "../../../../src/miner/push/prover.ts";

interface Asked {
  readonly kind: string;
  readonly input: JobInput;
  readonly signal: AbortSignal;
  end(answer: ProofAnswer): void;
  fail(error: Error): void;
}

export const answerOf = (signal: string): ProofAnswer => ({
  proof: { pi_a: ["1", "2", "1"] },
  publicSignals: [signal],
});

/** A prover whose proofs end when the test says so. */
export class HeldProver implements Prover {
  readonly asked: Asked[] = [];
  closed = false;

  has(kind: string): boolean {
    return kind === "hash-chain";
  }

  prove(kind: string, input: JobInput, signal: AbortSignal): Promise<ProofAnswer> {
    return new Promise((end, fail) => {
      signal.addEventListener("abort", () => fail(signal.reason));
      this.asked.push({ kind, input, signal, end, fail });
    });
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
