import type { CustomerUpdate } from "../../../flow/job.ts";
import { boundedAnswer, flagOrNull } from "../../records/customerJob.ts";
import { type Sql, statement } from "../sql.ts";
import { batch, type Settled } from "./operation.ts";

// Where several jobs are locked, they are locked in the order of their ids.
const lock = statement(
  "jobs_lock",
  `SELECT 1 FROM customer_jobs WHERE job_id = ANY($1::text[]) AND state = 'queued' ORDER BY job_id
    FOR NO KEY UPDATE`,
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

/** What the updates come to, one after the other: the last one of a job, up to the first that ends it. */
function lastOfEach(updates: readonly CustomerUpdate[]): CustomerUpdate[] {
  const byJob = new Map<string, CustomerUpdate>();
  for (const one of updates) {
    if ((byJob.get(one.jobId)?.state ?? "queued") === "queued") byJob.set(one.jobId, one);
  }
  return [...byJob.values()];
}

export async function updateJobs(sql: Sql, updates: readonly CustomerUpdate[]): Promise<void> {
  const changes = lastOfEach(updates);
  if (changes.length === 0) return;
  const column = <T>(of: (change: CustomerUpdate) => T): T[] => changes.map(of);
  const ids = column(({ jobId }) => jobId);
  const changed = [
    column(({ attempts }) => attempts),
    column(({ state }) => state),
    column(({ answer }) => answer),
    column(({ verified }) => flagOrNull(verified)),
    column(({ hotkey }) => hotkey),
    column(({ code }) => code),
    column(({ endedAt }) => endedAt),
  ];
  await Promise.all([ids.length > 1 ? sql.rows(lock, [ids]) : null, sql.run(update, [ids, ...changed])]);
}

function checked([{ answer }]: readonly [CustomerUpdate]): Settled<void> {
  try {
    boundedAnswer(answer);
    return { value: undefined };
  } catch (error) {
    return { error };
  }
}

export const updateCustomerJob = batch(
  async (sql: Sql, calls: readonly [CustomerUpdate][]): Promise<readonly Settled<void>[]> => {
    const settled = calls.map(checked);
    await updateJobs(
      sql,
      calls.flatMap(([change], index) => ("error" in (settled[index] ?? {}) ? [] : [change])),
    );
    return settled;
  },
);
