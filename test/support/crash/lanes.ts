import { LANE, modelLane } from "../../../sim/network/lane.ts";
import { parseFraction } from "../../../src/core/fraction.ts";
import type { Lane, LanePolicy, PullLane, PushLane } from "../../../src/flow/lane.ts";
import type { Pool, PoolRequest, PoolResults, PoolTaskKind, TaskOfKind } from "../../../src/flow/pool.ts";
import type { Verdict } from "../../../src/flow/verdict.ts";

/** One answer per challenge, half of them drawn, and a wrong one strikes. */
export const STRICT = "strict";
/** Three answers per challenge, all drawn, and a wrong one costs itself alone. */
export const LOOSE = "loose";
export const WORK = LANE;

const half = parseFraction("1/2");
const all = parseFraction("1");

function pullLane(name: string, tier: number, policy: LanePolicy): PullLane<null> {
  const shape = { n_vars: 4, n_clauses: 17 };
  return {
    ...{ name, policy, mode: "pull", cost: 1 / 32, issue: () => null, render: () => "" },
    tiers: new Map([[tier, { allotment: 1000, weight: tier, answerBytes: 100, shape, spec: {} }]]),
    check(_task, { bytes }): Verdict {
      const text = Buffer.from(bytes).toString();
      // A check that crashes is nobody's fault: it is tried again, and at last void.
      if (text.startsWith("broken")) throw new Error("the check crashed");
      return text.startsWith("right")
        ? { outcome: "valid" }
        : { outcome: "invalid", code: "solution_unsatisfied" };
    },
  };
}

function pushLane(): PushLane {
  const spec = { kinds: 1, job_bytes: 100, answer_bytes: 100, verify_ms: 1, cost: 0.1 };
  const lane = modelLane(spec, "1/2");
  return {
    ...lane,
    policy: { ...lane.policy, share: 0.2 },
    accept: (kind, input) => ({ kind, input: input as Record<string, string> }),
  };
}

export function crashLanes(): ReadonlyMap<string, Lane> {
  if (half === null || all === null) throw new RangeError("fractions");
  const lanes: Lane[] = [
    pullLane(STRICT, 1, { rate: half, penalty: "strike", maxAttempts: 1, share: 0.4 }),
    pullLane(LOOSE, 2, { rate: all, penalty: "reject", maxAttempts: 3, share: 0.4 }),
    pushLane(),
  ];
  return new Map(lanes.map((lane) => [lane.name, lane]));
}

/** Runs tasks at once; every signature is good, since nothing here is about them. */
export class DirectPool implements Pool {
  readonly #lanes: ReadonlyMap<string, Lane>;

  constructor(lanes: ReadonlyMap<string, Lane>) {
    this.#lanes = lanes;
  }

  async run<K extends PoolTaskKind>(task: TaskOfKind<K>): Promise<PoolResults[K]> {
    return this.#run(task) as PoolResults[K];
  }

  async close(): Promise<void> {}

  #run(task: PoolRequest): PoolResults[PoolTaskKind] {
    if (task.kind === "signature" || task.kind === "claim") return true;
    if (task.kind !== "check" && task.kind !== "proofs") throw new RangeError(`pool: ${task.kind}`);
    const lane = this.#lanes.get(task.lane);
    if (task.kind === "proofs" && lane?.mode === "push")
      return lane.check(task.of, task.items, () => new Uint8Array());
    if (task.kind === "check" && lane?.mode === "pull") return lane.check(lane.issue(task.ref), task.answer);
    throw new RangeError(`no lane ${task.lane}`);
  }
}
