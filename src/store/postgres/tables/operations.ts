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
import { minerOperations } from "./miners.ts";
import { noteOperations } from "./notes.ts";
import type { Operation } from "./operation.ts";
import { pageOperations } from "./pages.ts";
import { type Retired, retentionOperations } from "./retention.ts";
import { sampleOperations } from "./samples.ts";
import { standingOperations } from "./standing.ts";
import { submissionOperations } from "./submissions/lookUp.ts";
import { Receipts } from "./submissions/receipts.ts";
import { type SettleCall, type SettleReply, settleOperations } from "./submissions/settle.ts";
import { vectorOperations } from "./vectors.ts";
import { weightPlanOperations } from "./weightPlans.ts";
import { workOperations } from "./work.ts";

/** The port's calls as they reach the server; `retire` is one step of `applyRetention`. */
interface Calls extends Omit<Store, "admit" | "decide" | "applyRetention" | "standingState" | "close"> {
  settle(call: SettleCall): Promise<SettleReply>;
  retire(bounds: RetentionBounds): Promise<Retired>;
  /** Parts of `standingState`. */
  suspensionPage(after: SuspensionKey, limit: number): Promise<SuspensionPage>;
  topSightings(limit: number): Promise<Remembered[]>;
  newestStrikes(hotkeys: readonly string[], newest: number): Promise<number[][]>;
}

export type OperationName = keyof Calls;
export type ArgsOf<K extends OperationName> = Parameters<Calls[K]>;
export type ResultOf<K extends OperationName> = Awaited<ReturnType<Calls[K]>>;

export type Operations = { readonly [K in OperationName]: Operation<ArgsOf<K>, ResultOf<K>> };

export function makeOperations(): Operations {
  const receipts = new Receipts();
  return {
    ...settleOperations(receipts),
    ...submissionOperations(receipts),
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
    ...weightPlanOperations,
    ...noteOperations,
    ...retentionOperations,
  };
}
