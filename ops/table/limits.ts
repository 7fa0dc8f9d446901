import { DRIFT_WARN_MS } from "../../src/chain/subtensor/faults.ts";
import { type Config, configSchema } from "../../src/config/schema.ts";
import type { ProblemCode } from "../../src/core/problems/problem.ts";
import { problemTable } from "../../src/core/problems/table.ts";
import { maxHeldBytes } from "../../src/http/wire/heldBytes.ts";
import { SELF_FAULT_PERCENT } from "../../src/judge/rules.ts";
import { BACKLOG_MOST } from "../../src/validator/stageOptions.ts";

/** Numbers that the program itself decides by: boards and rules read them here, and no number of theirs is typed a second time. */
export interface Limits {
  readonly staleS: number;
  readonly driftWarnS: number;
  readonly driftMostS: number;
  readonly gateSlots: number;
  readonly gateWaitS: number;
  readonly heldBytes: number;
  readonly jobBytes: number;
  readonly backlog: number;
  readonly replicaLagS: number;
  readonly history: number;
  readonly selfFaultShare: number;
  readonly deadlineS: number;
  /** Codes of refusals that are the validator's fault, as a regular expression. */
  readonly ownCodes: string;
}

const ofSubnet = configSchema.parse({ chain: { kind: "subtensor", endpoints: ["ws://node"], netuid: 1 } });

const ownCodes = (Object.keys(problemTable) as ProblemCode[]).filter(
  (code) => problemTable[code].blame === "validator" && (problemTable[code].status ?? 0) >= 429,
);

/** Of a configuration; of the defaults where none is given. A local chain has the numbers that a subnet has by default. */
export function limitsOf(config: Config = ofSubnet): Limits {
  const { admit, dispatch, judge, store } = config;
  const chain = config.chain.kind === "subtensor" ? config.chain : ofSubnet.chain;
  if (chain.kind !== "subtensor") throw new TypeError("the defaults are of a subnet");
  return {
    staleS: chain.stale_after_ms / 1000,
    driftWarnS: DRIFT_WARN_MS / 1000,
    driftMostS: admit.signature_window_ms / 1000,
    gateSlots: admit.gate.slots,
    gateWaitS: admit.gate.wait_ms / 1000,
    heldBytes: maxHeldBytes,
    jobBytes: dispatch.bytes_in_flight,
    backlog: BACKLOG_MOST,
    replicaLagS: store.replica_max_lag_s,
    history: judge.history,
    selfFaultShare: SELF_FAULT_PERCENT / 100,
    deadlineS: admit.body_deadline_ms / 1000,
    ownCodes: ownCodes.join("|"),
  };
}

/** Numbers of the rules alone: the program decides nothing by them. */
export const chosen = {
  /** Starts within an hour: an upgrade and its rollback are two. */
  startsPerHour: 3,
  /** Share of requests that are refused through the validator's fault: a start takes away less of ten minutes. */
  ownRefusals: 0.05,
  /** Share of submissions that are refused, through anyone's fault: fleets with a broken client are seen so. */
  refusals: 0.5,
  /** Seconds that the event loop was late at the worst: ten times a busy second's. */
  loopLagS: 0.5,
  /** Of a bound: time is left to act. */
  nearly: 0.9,
  /** A share of fewer than this tells nothing. */
  least: 20,
  /** Share of jobs that come to no answer. */
  failedJobs: 0.3,
  /** Share of answers that are wrong. */
  invalid: 0.2,
  /** Days until the disk is full: a weekend is survived. */
  diskDays: 3,
  /** Of the open files that are allowed. */
  openFiles: 0.8,
} as const;
