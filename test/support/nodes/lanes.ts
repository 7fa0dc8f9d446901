import { LANE, modelLane } from "../../../sim/network/lane.ts";
import { parseFraction } from "../../../src/core/fraction.ts";
import type { JobInput, Lane, Penalty, PullLane, PushLane } from "../../../src/flow/lane.ts";

const rates = { plain: "1/2", duel: "1/2", [LANE]: "1/3" } as const;

/** A pull lane whose right answer is the seed. */
function pullLane(name: "plain" | "duel", tier: number, penalty: Penalty): PullLane<string> {
  const rate = parseFraction(rates[name]);
  if (rate === null) throw new RangeError(`${rates[name]} is a fraction`);
  const shape = { n_vars: 3, n_clauses: 3 };
  return {
    name,
    mode: "pull",
    policy: { rate, penalty, maxAttempts: penalty === "strike" ? 1 : 2, share: 0.3 },
    tiers: new Map([[tier, { allotment: 20, weight: 1, answerBytes: 64, shape, spec: {} }]]),
    cost: 1,
    issue: ({ seed }) => String(seed),
    check: (task, { bytes }) =>
      Buffer.from(bytes).toString() === task
        ? { outcome: "valid" }
        : { outcome: "invalid", code: "solution_unsatisfied" },
    render: (task) => task,
  };
}

function jobLane(): PushLane {
  const spec = { kinds: 1, job_bytes: 100, answer_bytes: 100, verify_ms: 20, cost: 1 };
  const lane = modelLane(spec, rates[LANE]);
  return { ...lane, accept: (kind, input) => ({ kind, input: input as JobInput }) };
}

/** `plain`: a wrong answer costs itself; `duel`: a strike. The third lane's jobs are sent to miners. */
export function nodeLanes(): ReadonlyMap<string, Lane> {
  const lanes: Lane[] = [pullLane("plain", 1, "reject"), pullLane("duel", 2, "strike"), jobLane()];
  return new Map(lanes.map((lane) => [lane.name, lane]));
}

export const tierOf = { plain: 1, duel: 2 } as const;

export const samplePolicy = {
  lanes: { ...rates },
  classes: { customer: "1/2", cold_start: "1/2", struck: "1" },
  floor: "1/100",
};
