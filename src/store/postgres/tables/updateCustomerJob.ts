import type { CustomerUpdate } from "../../../flow/job.ts";
import { boundedAnswer, flagOrNull } from "../../records/customerJob.ts";
import { integer, text } from "../../records/rows.ts";
import { type Sql, statement } from "../sql.ts";
import { LIVING } from "./nodes.ts";
import { batch, type Settled } from "./operation.ts";

// Where several jobs are locked, they are locked in the order of their ids.
const lock = statement(
  "jobs_lock",
  `SELECT job_id, CASE WHEN claimant IN (${LIVING}) THEN claimant ELSE 0 END AS held_by FROM customer_jobs
    WHERE job_id = ANY($1::text[]) AND state = 'queued' ORDER BY job_id FOR NO KEY UPDATE`,
);
// A job that has ended is never changed, and keeps no private inputs.
const update = statement(
  "jobs_update",
  `UPDATE customer_jobs j SET attempts = u.attempts, state = u.state, answer = u.answer, verified = u.verified,
      hotkey = u.hotkey, code = u.code, ended_at = u.ended_at,
      private_input = CASE WHEN u.state = 'queued' THEN j.private_input END
    FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::float8[])
      AS u (job_id, attempts, state, answer, verified, hotkey, code, ended_at)
    WHERE j.job_id = u.job_id AND j.state = 'queued'`,
);

/** The queued jobs of some updates, under their locks. */
class Queued {
  /** The living claimant of each, or 0. */
  readonly #heldBy: Map<string, number>;
  readonly changes = new Map<string, CustomerUpdate>();

  constructor(heldBy: Map<string, number>) {
    this.#heldBy = heldBy;
  }

  static async lock(sql: Sql, updates: readonly CustomerUpdate[]): Promise<Queued> {
    const rows = await sql.rows(lock, [[...new Set(updates.map(({ jobId }) => jobId))]]);
    return new Queued(new Map(rows.map((row) => [text(row, "job_id"), integer(row, "held_by")])));
  }

  /** One update after the other: what follows the one that ends a job changes nothing. */
  take(change: CustomerUpdate): boolean {
    const { jobId, state, node, answer } = change;
    boundedAnswer(answer);
    const heldBy = this.#heldBy.get(jobId);
    if (heldBy === undefined || (node !== undefined && node !== heldBy)) return false;
    this.changes.set(jobId, change);
    if (state !== "queued") this.#heldBy.delete(jobId);
    return true;
  }
}

/** Changes jobs that are queued and locked, each once. */
export async function updateJobs(sql: Sql, changes: readonly CustomerUpdate[]): Promise<void> {
  if (changes.length === 0) return;
  const column = <T>(of: (change: CustomerUpdate) => T): T[] => changes.map(of);
  await sql.run(update, [
    column(({ jobId }) => jobId),
    column(({ attempts }) => attempts),
    column(({ state }) => state),
    column(({ answer }) => answer),
    column(({ verified }) => flagOrNull(verified)),
    column(({ hotkey }) => hotkey),
    column(({ code }) => code),
    column(({ endedAt }) => endedAt),
  ]);
}

/** Changes jobs in order, within the caller's transaction; each for itself. */
export async function settleJobs(
  sql: Sql,
  updates: readonly CustomerUpdate[],
): Promise<readonly Settled<boolean>[]> {
  const queued = await Queued.lock(sql, updates);
  const settled = updates.map((change): Settled<boolean> => {
    try {
      return { value: queued.take(change) };
    } catch (error) {
      return { error };
    }
  });
  await updateJobs(sql, [...queued.changes.values()]);
  return settled;
}

export const updateCustomerJob = batch((sql: Sql, calls: readonly [CustomerUpdate][]) =>
  settleJobs(
    sql,
    calls.map(([change]) => change),
  ),
);
