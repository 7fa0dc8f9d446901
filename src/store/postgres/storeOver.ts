import { setTimeout as sleep } from "node:timers/promises";
import type { Fence } from "../../flow/leases.ts";
import type { Nudges } from "../../flow/nudges.ts";
import type { RetentionBounds, Store } from "../../flow/store.ts";
import type { AdmitOutcome, Decision, NewSubmission, Submission } from "../../flow/submission.ts";
import { boundsOfJudge, loadStanding } from "../loadStanding.ts";
import { admitted } from "../records/admitted.ts";
import type { Channel } from "./channel.ts";
import type { ArgsOf, OperationName } from "./tables/operations.ts";
import type { SettleReply } from "./tables/submissions/settle.ts";

/** Half of the time is left to others. */
const RETIRE_PAUSE_MS = 10;

/** Calls of the port that map to one operation of the same name. */
const plain = [
  ...["countTry", "pending", "submission", "recordPage", "issuedPages"],
  ...["recordDraws", "endSamples", "openSamples", "addWork", "work"],
  ...["addCustomerJob", "customerJob", "customerJobs", "cancelCustomerJob"],
  ...["queuedCustomerJobs", "updateCustomerJob"],
  ...["customerTokens", "addCustomerToken", "revokeCustomerToken", "useCustomerTokens"],
  ...["commitEpoch", "addLogHead", "logHeads", "closeEpoch", "epoch", "isEpochUsed", "openEpochs"],
  ...["closedEpochs", "logPage", "logText"],
  ...["suspend", "release", "dropMiners", "dropEndedSuspensions"],
  ...["miner", "miners", "strikes", "strikesText", "strikeLedger", "operatorActions", "credits"],
  ...["addHistory", "history", "minerReasons", "storeBytes"],
  ...["weightPlan", "openWeightPlans", "weightPlans", "saveWeightPlan"],
  ...["recordIntent", "saveVector", "vector", "latestVector", "vectorText", "note", "setNote", "ping"],
  ...["joinNode", "renewNode", "leaveNode", "nodes", "orderNode", "takeLease", "releaseLease"],
  ...["claim", "undecided", "saveSession", "session"],
  ...["claimCustomerJobs", "releaseCustomerJobs", "lostCustomerJobs"],
  ...["takeStream", "lostStreams", "unservedHotkeys", "dropStream"],
  ...["spend", "standingChanges", "standingOf", "strikesSince"],
  ...["alerts", "saveAlerts", "alertEvents", "muteAlert", "unmuteAlert", "tellAlerts"],
  ...["noteStart", "processStarts", "reportProcess", "processReports", "schemaVersion"],
] as const satisfies readonly (OperationName & keyof Store)[];

type Plain = Pick<Store, (typeof plain)[number]>;

function isAdmitReply(reply: SettleReply): reply is Extract<SettleReply, { kind: string }> {
  return reply !== null && "kind" in reply;
}

/** The store port over the operations. */
export function storeOver(channel: Channel, nudges: Nudges): Store {
  const call =
    (name: OperationName) =>
    (...args: ArgsOf<OperationName>) =>
      channel.call(name, args);
  return {
    ...(Object.fromEntries(plain.map((name) => [name, call(name)])) as unknown as Plain),
    async admit(submission: NewSubmission): Promise<AdmitOutcome> {
      const reply = await channel.call("settle", [{ admit: submission }]);
      if (!isAdmitReply(reply)) throw new Error("an admission was answered as a decision");
      return reply.kind === "admitted" ? { kind: "admitted", submission: admitted(submission) } : reply;
    },
    async decide(decision: Decision): Promise<Submission | null> {
      const reply = await channel.call("settle", [{ decide: decision }]);
      if (isAdmitReply(reply)) throw new Error("a decision was answered as an admission");
      return reply;
    },
    async applyRetention(bounds: RetentionBounds, fence?: Fence): Promise<{ dropped: number }> {
      for (let dropped = 0; ; ) {
        const step = await channel.call("retire", [bounds, fence]);
        dropped += step.dropped;
        if (!step.more) return { dropped };
        await sleep(RETIRE_PAUSE_MS);
      }
    },
    standingState: (bounds = boundsOfJudge) => loadStanding((name, args) => channel.call(name, args), bounds),
    listen: (topic, heard) => nudges.listen(topic, heard),
    close: () => channel.close(),
  };
}
