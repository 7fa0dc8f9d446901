import type { DatabaseSync } from "node:sqlite";
import type { RetentionBounds, Store } from "../../flow/store.ts";
import type { NewSubmission } from "../../flow/submission.ts";
import type { Credit } from "../../flow/weights.ts";
import { type AdmitReply, admitOperations } from "./admit.ts";
import { ChainLog } from "./chainLog.ts";
import { creditOperations } from "./credits.ts";
import { decideOperations } from "./decide.ts";
import { epochOperations } from "./epochs.ts";
import { minerOperations } from "./miners.ts";
import { noteOperations } from "./notes.ts";
import type { Read, Scan, Write } from "./operation.ts";
import { pageOperations } from "./pages.ts";
import { retentionOperations } from "./retention.ts";
import { standingOperations } from "./standing.ts";
import { submissionOperations } from "./submissions.ts";
import { vectorOperations } from "./vectors.ts";

/** The port's calls as the thread takes them; `retire` is one step of `applyRetention`. */
interface Calls extends Omit<Store, "admit" | "applyRetention" | "close"> {
  admit(submission: NewSubmission): Promise<AdmitReply>;
  retire(bounds: RetentionBounds): Promise<number>;
}

export type OperationName = keyof Calls;
export type ArgsOf<K extends OperationName> = Parameters<Calls[K]>;
export type ResultOf<K extends OperationName> = Awaited<ReturnType<Calls[K]>>;

export type Operations = { readonly credits: Scan<[number], Credit[]> } & {
  readonly [K in Exclude<OperationName, "credits">]:
    | Read<ArgsOf<K>, ResultOf<K>>
    | Write<ArgsOf<K>, ResultOf<K>>;
};

/** Prepares every statement, once. */
export function makeOperations(db: DatabaseSync, snapshot: DatabaseSync): Operations {
  const log = new ChainLog(db);
  return {
    ...admitOperations(db, log),
    ...decideOperations(db, log),
    ...submissionOperations(db),
    ...pageOperations(db),
    ...epochOperations(db, log),
    ...standingOperations(db),
    ...minerOperations(db),
    ...creditOperations(snapshot),
    ...vectorOperations(db),
    ...noteOperations(db),
    ...retentionOperations(db),
  };
}
