import type { Store } from "../../../src/flow/store.ts";
import type { AdmitOutcome, NewSubmission } from "../../../src/flow/submission.ts";
import { boundsOfJudge, loadStanding, type StandingParts } from "../../../src/store/loadStanding.ts";
import { admitted } from "../../../src/store/records/admitted.ts";
import type { AdmitReply } from "../../../src/store/sqlite/tables/admit.ts";
import type { OperationName } from "../../../src/store/sqlite/tables/operations.ts";
import type { Network } from "./network.ts";
import type { SimProcess } from "./simProcess.ts";

const names = [
  ...["decide", "countTry", "pending", "submission", "recordPage", "issuedPages"],
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
  ...["claim", "claimCustomerJobs", "undecided", "saveSession", "session"],
  ...["releaseCustomerJobs", "lostCustomerJobs"],
  ...["takeStream", "lostStreams", "unservedHotkeys", "dropStream"],
  ...["spend", "standingChanges", "standingOf", "strikesSince"],
  ...["alerts", "saveAlerts", "alertEvents", "muteAlert", "unmuteAlert", "tellAlerts"],
  ...["noteStart", "processStarts", "reportProcess", "processReports", "schemaVersion"],
] as const satisfies readonly (OperationName & keyof Store)[];

/** The port over the network: what a process has of the store. */
export function networkStore(network: Network, process: SimProcess): Store {
  const call =
    (name: OperationName) =>
    (...args: readonly unknown[]) =>
      network.call(process, name, args);
  const plain = Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as Pick<
    Store,
    (typeof names)[number]
  >;
  return {
    ...plain,
    async admit(submission: NewSubmission): Promise<AdmitOutcome> {
      const reply = (await call("admit")(submission)) as AdmitReply;
      return reply.kind === "admitted" ? { kind: "admitted", submission: admitted(submission) } : reply;
    },
    async applyRetention(bounds, fence) {
      for (let dropped = 0; ; ) {
        const step = (await call("retire")(bounds, fence)) as number;
        if (step === 0) return { dropped };
        dropped += step;
      }
    },
    standingState: (bounds = boundsOfJudge) =>
      loadStanding(
        (name, args) => call(name)(...args) as Promise<Awaited<ReturnType<StandingParts[typeof name]>>>,
        bounds,
      ),
    listen: (topic, heard) => network.listenersOf(process).listen(topic, heard),
    close: async () => undefined,
  };
}
