import type { AlertStore } from "../../src/flow/alertStore.ts";
import type { Claims } from "../../src/flow/claims.ts";
import type { HistoryRecords } from "../../src/flow/history.ts";
import type { Leases } from "../../src/flow/leases.ts";
import type { Nodes } from "../../src/flow/nodes.ts";
import type { Nudges } from "../../src/flow/nudges.ts";
import type { SharedStore } from "../../src/flow/sharedStore.ts";
import type { StandingFeed } from "../../src/flow/standingChanges.ts";
import type { Store } from "../../src/flow/store.ts";
import type { StreamRecords } from "../../src/flow/streamRecords.ts";

/** The calls that the push lane's stages need from a store. */
export type ModelledStore = Omit<
  Store,
  | keyof SharedStore
  | keyof HistoryRecords
  | keyof AlertStore
  | "admit"
  | "decide"
  | "countTry"
  | "pending"
  | "submission"
  | "recordPage"
  | "issuedPages"
  | "customerJobs"
  | "customerTokens"
  | "addCustomerToken"
  | "revokeCustomerToken"
  | "useCustomerTokens"
  | "logPage"
  | "logText"
  | "closedEpochs"
  | "miner"
  | "miners"
  | "strikes"
  | "strikesText"
  | "strikeLedger"
  | "operatorActions"
  | "vectorText"
  | "weightPlan"
  | "openWeightPlans"
  | "weightPlans"
  | "saveWeightPlan"
  | "applyRetention"
  | "ping"
  | "close"
>;

/** The calls that processes which share a store need besides. */
export type SharedModelledStore = ModelledStore &
  Nodes &
  Leases &
  StreamRecords &
  Nudges &
  Pick<Claims, "claimCustomerJobs" | "releaseCustomerJobs" | "lostCustomerJobs"> &
  Pick<StandingFeed, "standingChanges" | "standingOf">;
