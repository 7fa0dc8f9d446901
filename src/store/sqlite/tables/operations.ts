import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../core/clock.ts";
import type { WorkBucket } from "../../../flow/job.ts";
import type { Fence } from "../../../flow/leases.ts";
import type { RetentionBounds, Store } from "../../../flow/store.ts";
import type { NewSubmission } from "../../../flow/submission.ts";
import type { Credit } from "../../../flow/weights.ts";
import type { StandingParts } from "../../loadStanding.ts";
import { type AdmitReply, admitOperations } from "./admit.ts";
import { ChainLog } from "./chainLog.ts";
import { claimOperations } from "./claims.ts";
import { creditOperations } from "./credits.ts";
import { customerJobOperations } from "./customerJobs.ts";
import { customerTokenOperations } from "./customerTokens.ts";
import { decideOperations } from "./decide.ts";
import { drawOperations } from "./draws.ts";
import { epochOperations } from "./epochs.ts";
import { HeadRows, headOperations } from "./heads.ts";
import { historyOperations } from "./history.ts";
import { jobClaimOperations } from "./jobClaims.ts";
import { leaseClock } from "./leaseClock.ts";
import { fenceCheck, leaseOperations } from "./leases.ts";
import { minerOperations } from "./miners.ts";
import { nodeOperations } from "./nodes.ts";
import { noteOperations } from "./notes.ts";
import type { Read, Scan, Write } from "./operation.ts";
import { pageOperations } from "./pages.ts";
import { retentionOperations } from "./retention.ts";
import { sampleOperations } from "./samples.ts";
import { sessionOperations } from "./sessions.ts";
import { Spent, spendOperations } from "./spent.ts";
import { standingOperations } from "./standing.ts";
import { standingChangeOperations } from "./standingChanges.ts";
import { standingOfOperations } from "./standingOf.ts";
import { streamOperations } from "./streams.ts";
import { submissionOperations } from "./submissions.ts";
import { vectorOperations } from "./vectors.ts";
import { weightPlanOperations } from "./weightPlans.ts";
import { workOperations } from "./work.ts";

/** The port's calls as the thread receives them; `retire` is one step of `applyRetention`. */
interface Calls
  extends Omit<Store, "admit" | "applyRetention" | "standingState" | "listen" | "close">,
    StandingParts {
  admit(submission: NewSubmission): Promise<AdmitReply>;
  retire(bounds: RetentionBounds, fence?: Fence): Promise<number>;
}

export type OperationName = keyof Calls;
export type ArgsOf<K extends OperationName> = Parameters<Calls[K]>;
export type ResultOf<K extends OperationName> = Awaited<ReturnType<Calls[K]>>;

export type Operations = {
  readonly credits: Scan<[number], Credit[]>;
  readonly work: Scan<[number], WorkBucket[]>;
} & {
  readonly [K in Exclude<OperationName, "credits" | "work">]:
    | Read<ArgsOf<K>, ResultOf<K>>
    | Write<ArgsOf<K>, ResultOf<K>>;
};

/** Prepares every statement, once. */
export function makeOperations(db: DatabaseSync, snapshot: DatabaseSync, clock: Clock): Operations {
  const log = new ChainLog(db);
  const heads = new HeadRows(db);
  const now = leaseClock(clock);
  const require = fenceCheck(db, now);
  const spent = new Spent(now);
  return {
    ...admitOperations(db, log, spent),
    ...decideOperations(db, log, now),
    ...submissionOperations(db),
    ...pageOperations(db),
    ...epochOperations(db, log, heads, require),
    ...headOperations(db, log, heads, require),
    ...standingOperations(db, now),
    ...minerOperations(db),
    ...creditOperations(snapshot),
    ...drawOperations(db, log, now),
    ...sampleOperations(db, log, now),
    ...workOperations(db, snapshot),
    ...customerJobOperations(db, now),
    ...customerTokenOperations(db),
    ...vectorOperations(db, require),
    ...historyOperations(db),
    ...weightPlanOperations(db, require),
    ...noteOperations(db, require),
    ...retentionOperations(db, clock, { now, require }),
    ...nodeOperations(db, now),
    ...leaseOperations(db, now),
    ...claimOperations(db, now),
    ...jobClaimOperations(db, now),
    ...sessionOperations(db),
    ...streamOperations(db, now),
    ...spendOperations(spent),
    ...standingChangeOperations(db),
    ...standingOfOperations(db),
  };
}
