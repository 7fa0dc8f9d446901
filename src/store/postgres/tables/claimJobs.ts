import type { JobChoice } from "../../../flow/claims.ts";
import type { CustomerJob } from "../../../flow/job.ts";
import { customerJobOf } from "../../records/customerJob.ts";
import { integer, text } from "../../records/rows.ts";
import { type Sql, statement } from "../sql.ts";
import { isLiving, LIVING } from "./nodes.ts";
import { alone, read, write } from "./operation.ts";

// No name of a lane or a kind has a line feed.
const free = statement(
  "jobs_free",
  `SELECT * FROM customer_jobs WHERE state = 'queued'
      AND (claimant = $2::bigint OR claimant NOT IN (${LIVING}))
      AND job_id <> ALL($3::text[])
      AND ($4::float8 IS NULL OR deadline_at <= $4)
      AND ($5::text[] IS NULL OR lane || chr(10) || kind = ANY($5))
    ORDER BY created_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`,
);
const own = statement("jobs_own", "UPDATE customer_jobs SET claimant = $1 WHERE id = ANY($2::bigint[])");
// Where several jobs are locked, they are locked in the order of their ids.
const release = statement(
  "jobs_release",
  `UPDATE customer_jobs SET claimant = 0 WHERE id IN
    (SELECT id FROM customer_jobs WHERE job_id = ANY($2::text[]) AND claimant = $1 AND state = 'queued'
      ORDER BY job_id FOR NO KEY UPDATE)`,
);
const held = statement(
  "jobs_held",
  "SELECT job_id FROM customer_jobs WHERE job_id = ANY($2::text[]) AND claimant = $1 AND state = 'queued'",
);

const kindsOf = ({ kinds }: JobChoice): string[] | null =>
  kinds === undefined ? null : kinds.map(({ lane, kind }) => `${lane}\n${kind}`);

export const jobClaims = {
  /** On its own: it never waits for a job. */
  claimCustomerJobs: alone(
    async (sql: Sql, node: number, limit: number, choice: JobChoice = {}): Promise<CustomerJob[]> => {
      if (limit < 1 || !(await isLiving(sql, node))) return [];
      const { except = new Set<string>(), dueBy = null } = choice;
      const narrowed = [choice.own ? node : null, [...except], dueBy, kindsOf(choice)];
      const rows = await sql.rows(free, [limit, ...narrowed]);
      if (rows.length > 0) await sql.run(own, [node, rows.map((row) => integer(row, "id"))]);
      return rows.map(customerJobOf);
    },
  ),
  releaseCustomerJobs: write(async (sql: Sql, node: number, jobIds: readonly string[]): Promise<void> => {
    if ((await sql.run(release, [node, jobIds])) > 0) sql.tell("jobs");
  }),
  lostCustomerJobs: read(async (sql: Sql, node: number, jobIds: readonly string[]): Promise<string[]> => {
    const rows = jobIds.length === 0 ? [] : await sql.rows(held, [node, jobIds]);
    const kept = new Set(rows.map((row) => text(row, "job_id")));
    return jobIds.filter((jobId) => !kept.has(jobId));
  }),
};
