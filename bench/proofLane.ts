import { parseFraction } from "../src/core/fraction.ts";
import type { JobInput, PushLane } from "../src/flow/lane.ts";
import type { Circuit } from "../src/lanes/groth16/circuit.ts";
import { makeGroth16Lane } from "../src/lanes/groth16/lane.ts";
import { makeTrapdoor } from "../test/support/lanes/groth16/trapdoor.ts";

/** Inputs that jobs ask for: few, so that the miners can have the proofs ready. */
const INPUTS = 64;

/** Plain data, for workers. */
export interface ProofFacts {
  readonly circuit: Circuit;
  readonly inputs: readonly JobInput[];
}

/** A circuit whose trapdoor is known, and true proofs (JSON) of every input by its first number. */
export function proofFacts(): { facts: ProofFacts; answers: Record<string, string> } {
  const { circuit, prove } = makeTrapdoor("bench", "hash-chain", ["x"], 1);
  const inputs = Array.from({ length: INPUTS }, (_, i) => ({ x: String(7_000_000_000 + i) }));
  const answers = Object.fromEntries(inputs.map((input, i) => [input.x, prove(input, i)]));
  return { facts: { circuit, inputs }, answers };
}

/** The real lane, but for its benchmark jobs: they ask for the inputs that there are answers to. */
export function proofLane({ circuit, inputs }: ProofFacts): PushLane {
  const rate = parseFraction("20/500");
  if (rate === null) throw new RangeError("20/500 is a fraction");
  const policy = { rate, penalty: "strike", maxAttempts: 1, share: 1 } as const;
  return {
    ...makeGroth16Lane({ policy, circuits: [circuit] }),
    issue: (seed) => ({ kind: circuit.id, input: inputs[Number(seed % BigInt(inputs.length))] ?? {} }),
  };
}
