import type { Fence } from "../../../flow/leases.ts";
import type { Remembered } from "../../../flow/standing.ts";
import type { RetentionBounds, Store } from "../../../flow/store.ts";
import type { SuspensionKey, SuspensionPage } from "../../records/standing.ts";
import { chainLogOperations } from "./chainLog.ts";
import { creditOperations } from "./credits.ts";
import { customerJobOperations } from "./customerJobs.ts";
import { customerTokenOperations } from "./customerTokens.ts";
import { drawOperations } from "./draws.ts";
import { epochOperations } from "./epochs.ts";
import { headOperations } from "./heads.ts";
import { historyOperations } from "./history.ts";
import { leaseOperations } from "./leases.ts";
import { minerOperations } from "./miners.ts";
import { nodeOperations } from "./nodes.ts";
import { noteOperations } from "./notes.ts";
import type { Operation } from "./operation.ts";
import { pageOperations } from "./pages.ts";
import { type Retired, retentionOperations } from "./retention.ts";
import { sampleOperations } from "./samples.ts";
import { sessionOperations } from "./sessions.ts";
import type { SpendMemory } from "./spends/memory.ts";
import { spendOperations } from "./spends/spends.ts";
import { standingOperations } from "./standing.ts";
import { standingChangeOperations } from "./standingChanges.ts";
import { standingOfOperations } from "./standingOf.ts";
import { streamOperations } from "./streams.ts";
import { claimOperations } from "./submissions/claims.ts";
import { submissionOperations } from "./submissions/lookUp.ts";
import { Queues } from "./submissions/queue.ts";
import { Receipts } from "./submissions/receipts.ts";
import { type SettleCall, type SettleReply, settleOperations } from "./submissions/settle.ts";
import { vectorOperations } from "./vectors.ts";
import { weightPlanOperations } from "./weightPlans.ts";
import { workOperations } from "./work.ts";

/** The port's calls as they reach the server; `retire` is one step of `applyRetention`. */
interface Calls
  extends Omit<Store, "admit" | "decide" | "applyRetention" | "standingState" | "listen" | "close"> {
  settle(call: SettleCall): Promise<SettleReply>;
  retire(bounds: RetentionBounds, fence?: Fence): Promise<Retired>;
  sweepSpent(): Promise<void>;
  /** Parts of `standingState`. */
  suspensionPage(after: SuspensionKey, limit: number): Promise<SuspensionPage>;
  topSightings(limit: number): Promise<Remembered[]>;
  newestStrikes(hotkeys: readonly string[], newest: number): Promise<number[][]>;
}

export type OperationName = keyof Calls;
export type ArgsOf<K extends OperationName> = Parameters<Calls[K]>;
export type ResultOf<K extends OperationName> = Awaited<ReturnType<Calls[K]>>;

export type Operations = { readonly [K in OperationName]: Operation<ArgsOf<K>, ResultOf<K>> };

export function makeOperations(spent: SpendMemory): Operations {
  const receipts = new Receipts();
  return {
    ...settleOperations(receipts, spent),
    ...submissionOperations(receipts),
    ...claimOperations(receipts, new Queues()),
    ...spendOperations(spent),
    ...nodeOperations,
    ...leaseOperations,
    ...sessionOperations,
    ...streamOperations,
    ...standingChangeOperations,
    ...standingOfOperations,
    ...pageOperations,
    ...epochOperations,
    ...chainLogOperations,
    ...headOperations,
    ...standingOperations,
    ...minerOperations,
    ...creditOperations,
    ...drawOperations,
    ...sampleOperations,
    ...workOperations,
    ...customerJobOperations,
    ...customerTokenOperations,
    ...vectorOperations,
    ...historyOperations,
    ...weightPlanOperations,
    ...noteOperations,
    ...retentionOperations,
  };
}
