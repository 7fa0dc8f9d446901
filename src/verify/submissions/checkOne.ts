import type { Log } from "../../core/log.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Lane, TierSpec } from "../../flow/lane.ts";
import type { Pool } from "../../flow/pool.ts";
import type { PendingSubmission } from "../../flow/submission.ts";
import type { Verdict } from "../../flow/verdict.ts";
import { PoolFault } from "../../pool/fault.ts";

export interface CheckModules {
  readonly pool: Pool;
  readonly lanes: ReadonlyMap<string, Lane>;
  /** Null when no secret at hand can rebuild the task. */
  readonly seedOf: (submission: PendingSubmission) => bigint | null;
  /** What the tasks of its tier were made from when it was issued; undefined where that is not on record. */
  readonly specOf?: (submission: PendingSubmission) => Promise<TierSpec | undefined>;
  readonly log: Log;
}

/**
 * Checks one submission in the pool. `again`: the pool had no room or is closing, which says nothing about the submission.
 * `lost`: its secret or its lane is gone, and another try would end the same way.
 */
export async function checkOne(
  modules: CheckModules,
  submission: PendingSubmission,
): Promise<Verdict | "again" | "lost"> {
  const { pool, lanes, seedOf, log } = modules;
  const { lane, tier, answer, receiptId } = submission;
  try {
    const seed = seedOf(submission);
    const spec = await modules.specOf?.(submission);
    if (seed === null || !lanes.has(lane)) {
      log.warn("check_impossible", { receipt_id: receiptId, lane });
      return "lost";
    }
    return await pool.run({ kind: "check", lane, ref: { tier, seed, ...(spec && { spec }) }, answer });
  } catch (error) {
    if (error instanceof AssayError && (error.code === "busy" || error.code === "shutting_down"))
      return "again";
    log.warn("check_failed", { receipt_id: receiptId, lane, cause: causeText(error) });
    return { outcome: "error", code: error instanceof PoolFault ? error.code : "check_crashed" };
  }
}
