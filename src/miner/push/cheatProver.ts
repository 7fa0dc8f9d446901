import { BoundedMap } from "../../core/queue/boundedMap.ts";
import type { ProofAnswer, Prover } from "./prover.ts";

/** Kinds of which an old answer is kept. */
const KINDS_MAX = 256;

/** The answer with another first signal: well-formed, but not what its proof proves. */
function tampered({ proof, publicSignals }: ProofAnswer): ProofAnswer {
  const [first = "0", ...rest] = publicSignals;
  return { proof, publicSignals: [String(BigInt(first) + 1n), ...rest] };
}

/**
 * Fakes every n-th answer, in turn with an old proof of other inputs (which costs nothing) and with changed signals. It is
 * honest until it has an answer to repeat.
 */
export function cheatProver(inner: Prover, every: number): Prover {
  const old = new BoundedMap<string, ProofAnswer>(KINDS_MAX);
  let answers = 0;
  let fakes = 0;
  return {
    has: (kind, ownInputs) => inner.has(kind, ownInputs),
    close: () => inner.close(),
    prove: async (kind, input, signal) => {
      const stale = old.get(kind);
      const isFake = stale !== undefined && ++answers % every === 0;
      if (isFake && fakes++ % 2 === 0) return stale;
      const honest = await inner.prove(kind, input, signal);
      if (stale === undefined) old.set(kind, honest);
      return isFake ? tampered(honest) : honest;
    },
  };
}
