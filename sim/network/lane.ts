import { parseFraction } from "../../src/core/fraction.ts";
import { AssayError } from "../../src/core/problems/assayError.ts";
import type { JobCheck, JobInput, JobTask, PushLane } from "../../src/flow/lane.ts";
import type { Verdict } from "../../src/flow/verdict.ts";
import type { LaneSpec } from "../scenario.ts";

export const LANE = "work";

const valid: Verdict = { outcome: "valid" };
const invalid: Verdict = { outcome: "invalid", code: "proof_rejected" };

/** The answer of an honest miner. In the model a proof states what it proves; the time to make and check it is modelled elsewhere. */
export function rightAnswer(x: string): string {
  return `{"of":"${x}"}`;
}

function checked({ input, answer }: JobCheck): Verdict {
  return answer === rightAnswer(String(input.x)) ? valid : invalid;
}

/** The modelled kind of work: the dispatcher, the proof verifier and judge see a lane like any other. */
export function modelLane(spec: LaneSpec, rate: string): PushLane {
  const fraction = parseFraction(rate);
  if (fraction === null) throw new RangeError(`lane: "${rate}" is not a fraction`);
  const kinds = Array.from({ length: spec.kinds }, (_, i) => `kind-${i + 1}`);
  const [first = "kind-1"] = kinds;
  const issue =
    kinds.length === 1
      ? (seed: bigint): JobTask => ({ kind: first, input: { x: seed.toString(36) } })
      : (seed: bigint): JobTask => ({
          kind: kinds[Number(seed % BigInt(kinds.length))] ?? first,
          input: { x: seed.toString(36) },
        });
  return {
    name: LANE,
    mode: "push",
    policy: { rate: fraction, penalty: "strike", maxAttempts: 1, share: 1 },
    kinds,
    benchmarks: kinds,
    cost: spec.cost,
    prepare: async () => undefined,
    issue,
    accept: (kind, input) => {
      if (!kinds.includes(kind))
        throw new AssayError({ code: "lane_kind_not_found", lane: LANE, kind, kinds });
      return { kind, input: input as JobInput };
    },
    check: (_kind, items) => items.map(checked),
    canary: () => null,
  };
}
