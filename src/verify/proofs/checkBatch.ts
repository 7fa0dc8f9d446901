import type { Log } from "../../core/log.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { AnsweredJob } from "../../flow/job.ts";
import type { Pool } from "../../flow/pool.ts";
import type { ErrorCode, Verdict } from "../../flow/verdict.ts";
import { PoolFault } from "../../pool/fault.ts";

/**
 * Checks one batch in the pool. `again`: the pool had no room or is closing, which says nothing about the answers. A fault:
 * the batch as a whole has no result, and which answer caused that is unknown.
 */
export async function checkBatch(
  { pool, log }: { readonly pool: Pool; readonly log: Log },
  jobs: readonly AnsweredJob[],
): Promise<readonly Verdict[] | "again" | { readonly fault: ErrorCode }> {
  const lane = jobs[0]?.lane ?? "";
  const of = jobs[0]?.kind ?? "";
  const items = jobs.map(({ input, answer }) => ({ input, answer }));
  try {
    const verdicts = await pool.run({ kind: "proofs", lane, of, items });
    return verdicts.length === jobs.length ? verdicts : { fault: "check_crashed" };
  } catch (error) {
    if (error instanceof AssayError && (error.code === "busy" || error.code === "shutting_down"))
      return "again";
    log.warn("proofs_failed", { lane, kind: of, count: jobs.length, cause: causeText(error) });
    return { fault: error instanceof PoolFault ? error.code : "check_crashed" };
  }
}
