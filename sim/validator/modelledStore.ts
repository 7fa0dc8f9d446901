import type { HistoryRecords } from "../../src/flow/history.ts";
import type { SharedStore } from "../../src/flow/sharedStore.ts";
import type { Store } from "../../src/flow/store.ts";

/** The calls that the push lane's stages need from a store. */
export type ModelledStore = Omit<
  Store,
  | keyof SharedStore
  | keyof HistoryRecords
  | "admit"
  | "decide"
  | "countTry"
  | "pending"
  | "submission"
  | "recordPage"
  | "issuedPages"
  | "addCustomerJob"
  | "customerJob"
  | "customerJobs"
  | "cancelCustomerJob"
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
