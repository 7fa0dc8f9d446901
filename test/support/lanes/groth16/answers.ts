import { randomBytes } from "node:crypto";
import { parseFraction } from "../../../../src/core/fraction.ts";
import type { JobCheck, LanePolicy, PushLane } from "../../../../src/flow/lane.ts";
import type { Verdict } from "../../../../src/flow/verdict.ts";
import { makeGroth16Lane } from "../../../../src/lanes/groth16/lane.ts";
import { makeTrapdoor, type Trapdoor } from "./trapdoor.ts";

const rate = parseFraction("20/500");
if (rate === null) throw new Error("no rate");
export const policy: LanePolicy = { rate, penalty: "strike", maxAttempts: 1, share: 0.5 };

/** An answer as it is parsed, open to changes. */
export interface AnswerJson {
  proof: {
    pi_a: string[];
    pi_b: string[][];
    pi_c: string[];
    protocol?: string;
    curve?: string;
  };
  publicSignals: string[];
}

export const random = (count: number): Uint8Array => randomBytes(count);

/** A lane of one made-up circuit with an output and two inputs, one of them a list; and true answers to its jobs. */
export class AnswerWorld {
  readonly trapdoor: Trapdoor = makeTrapdoor("answers", "made-up", ["x", "y[2]"], 1);
  readonly kind = this.trapdoor.circuit.id;
  readonly lane: PushLane = makeGroth16Lane({ policy, circuits: [this.trapdoor.circuit] });

  /** A true answer to the benchmark job of a seed. */
  good(seed: number): JobCheck {
    const job = this.lane.issue(BigInt(seed));
    if (job === null) throw new Error("no benchmark job");
    return { input: job.input, answer: this.trapdoor.prove(job.input, seed) };
  }

  goods(count: number, first = 0): JobCheck[] {
    return Array.from({ length: count }, (_, index) => this.good(first + index));
  }

  /** The item with its answer changed. */
  changed(item: JobCheck, change: (answer: AnswerJson) => void): JobCheck {
    const answer = JSON.parse(item.answer) as AnswerJson;
    change(answer);
    return { ...item, answer: JSON.stringify(answer) };
  }

  /** The item with another first signal, an output: well-formed, bound, and false. */
  falsified(item: JobCheck): JobCheck {
    return this.changed(item, (answer) => {
      answer.publicSignals[0] = answer.publicSignals[0] === "7" ? "8" : "7";
    });
  }

  check(items: readonly JobCheck[], from = random): Verdict[] {
    return this.lane.check(this.kind, items, from);
  }

  one(item: JobCheck): Verdict | undefined {
    return this.check([item])[0];
  }
}

export const valid: Verdict = { outcome: "valid" };
export const rejected: Verdict = { outcome: "invalid", code: "proof_rejected" };
