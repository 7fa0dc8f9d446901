import type { PlanState } from "../../flow/weightPlan.ts";
import type { OverviewView } from "../../http/handlers.ts";

export type EarningVerdict = OverviewView["verdict"];

/** One check of readiness. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

/** A plan of weights on its way to the chain. */
export interface PlanFacts {
  readonly period: number;
  readonly state: PlanState;
  readonly reason: string | null;
  /** Blocks since it was made; null while the height is unknown. */
  readonly age: number | null;
}

export interface VerdictFacts {
  /** Whether the process is stopping, or was ordered to. */
  readonly draining: boolean;
  readonly checks: readonly Check[];
  readonly weighing: {
    /** The period under way, whose weights are made at its end. */
    readonly running: number;
    /** The first period that this validator makes weights of. */
    readonly since: number;
    /** Blocks since the running period began. */
    readonly into: number;
    /** Blocks per period. */
    readonly length: number;
  } | null;
  /** The last vector that was signed, and how many rows have a weight. */
  readonly vector: { readonly period: number; readonly rows: number } | null;
  /** Whether weights go to a chain. */
  readonly onChain: boolean;
  /** The latest first. */
  readonly plans: readonly PlanFacts[];
  readonly alarms: readonly { readonly code: string; readonly text: string }[];
  /** Why weights are not made or not sent, as this process knows it. */
  readonly faults: readonly string[];
}

const no = (reason: string, text: string): EarningVerdict => ({ earning: false, reason, text });
const unknown = (reason: string, text: string): EarningVerdict => ({ earning: null, reason, text });

/** Blocks after the end of a period within which its weights are signed: the height is polled twice per block. */
const SIGNED_WITHIN = 5;

/** Checks that close the intake or stop the weighing, in the order in which they explain each other. */
const stopping: readonly (readonly [check: string, reason: string])[] = [
  ["store", "store_failing"],
  ["clock", "clock_in_doubt"],
  ["chain", "chain_stale"],
];

/** Checks of which a failure costs no weights by itself: a full queue is how intake is slowed down. */
const harmless = ["verification", "weights", "process"];

/** By the alarms of the weights on their way. */
const alarmReasons: Readonly<Record<string, string>> = {
  another_validator_on_this_hotkey: "another_validator",
  weights_late: "weights_late",
  reveal_late: "weights_not_revealed",
  confirmation_late: "weights_not_revealed",
  burn_absent: "weights_withheld",
};

/** Whether the validator earns, and why. The first reason that holds is told. */
export function verdictOf(facts: VerdictFacts): EarningVerdict {
  return (
    drainingVerdict(facts) ??
    stoppedVerdict(facts) ??
    weightsVerdict(facts) ??
    intakeVerdict(facts) ?? {
      earning: true,
      reason: "earning",
      text: facts.onChain
        ? "Weights of the last period are on their way or on chain, and miners are served."
        : "Weights of the last period are signed, and miners are served.",
    }
  );
}

function drainingVerdict({ draining, checks }: VerdictFacts): EarningVerdict | null {
  if (draining)
    return unknown("draining", "The process finishes what it has and takes nothing new; start it again.");
  const ordered = checks.find(({ name, ok }) => name === "process" && !ok);
  return ordered === undefined
    ? null
    : unknown("draining", `This process takes no work: ${ordered.detail ?? ""}.`);
}

function stoppedVerdict({ checks }: VerdictFacts): EarningVerdict | null {
  for (const [check, reason] of stopping) {
    const found = checks.find(({ name, ok }) => name === check && !ok);
    if (found !== undefined) return no(reason, `${found.detail ?? `the check ${check} fails`}.`);
  }
  return null;
}

function weightsVerdict(facts: VerdictFacts): EarningVerdict | null {
  const { weighing, vector } = facts;
  if (weighing === null) return unknown("starting", "The first weighing period is not known yet.");
  const due = weighing.running - 1;
  if (weighing.since > due && vector === null)
    return unknown("starting", `The first weights are made at the end of period ${weighing.running}.`);
  return (
    unsignedVerdict(facts, due, weighing) ??
    (vector !== null && vector.rows === 0
      ? no("no_miners", `No miner earned a weight in period ${vector.period}, so that nothing was sent.`)
      : null) ??
    (facts.onChain ? (withheldVerdict(facts, weighing.into) ?? onChainVerdict(facts, weighing.length)) : null)
  );
}

function unsignedVerdict(
  { vector, faults }: VerdictFacts,
  due: number,
  { since, into }: NonNullable<VerdictFacts["weighing"]>,
): EarningVerdict | null {
  const last = vector?.period ?? since - 1;
  const isLate = last < due - 1 || (last < due && into > SIGNED_WITHIN);
  if (!isLate) return null;
  const why = faults.length === 0 ? "the log says why" : faults.join("; ");
  return no(
    "weights_late",
    `The weights of period ${due} are not signed ${into} blocks after its end: ${why}.`,
  );
}

function withheldVerdict({ vector, plans, faults }: VerdictFacts, into: number): EarningVerdict | null {
  if (vector === null || into <= SIGNED_WITHIN || (plans[0]?.period ?? -1) >= vector.period) return null;
  const why = faults.length === 0 ? "the log says why" : faults.join("; ");
  return no("weights_withheld", `The weights of period ${vector.period} are signed, and not sent: ${why}.`);
}

function onChainVerdict({ plans, alarms }: VerdictFacts, length: number): EarningVerdict | null {
  for (const { code, text } of alarms) {
    const reason = alarmReasons[code];
    if (reason !== undefined) return no(reason, `${text}.`);
  }
  const ended = plans.find(({ state }) => state === "confirmed" || state === "missed");
  if (ended?.state === "missed")
    return no(
      "weights_missed",
      `The weights of period ${ended.period} did not reach the chain: ${ended.reason ?? "the log says why"}.`,
    );
  // A process that does not send weights has no alarms of its own.
  const waiting = plans.find(
    ({ state, age }) => (state === "planned" || state === "submitted") && age !== null,
  );
  if (waiting !== undefined && (waiting.age ?? 0) > length / 2)
    return no(
      "weights_late",
      `The weights of period ${waiting.period} are not on chain ${waiting.age} blocks after they were made: ${waiting.reason ?? "the log says why"}.`,
    );
  return null;
}

function intakeVerdict({ checks }: VerdictFacts): EarningVerdict | null {
  const failing = checks.filter(({ name, ok }) => !ok && !harmless.includes(name));
  if (failing.length === 0) return null;
  const texts = failing.map(({ name, detail }) => `${name}: ${detail ?? "fails"}`);
  return no("not_ready", `Weights are made, but the validator is not ready: ${texts.join("; ")}.`);
}
