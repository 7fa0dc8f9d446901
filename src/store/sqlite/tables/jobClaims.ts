import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { JobChoice } from "../../../flow/claims.ts";
import type { CustomerJob } from "../../../flow/job.ts";
import { customerJobOf } from "../../records/customerJob.ts";
import { LivingNodes, unowned } from "./nodes.ts";
import { read, write } from "./operation.ts";

/** No name of a lane or a kind has a line feed. */
function kindsText(kinds: JobChoice["kinds"]): string | null {
  return kinds === undefined ? null : JSON.stringify(kinds.map(({ lane, kind }) => `${lane}\n${kind}`));
}

function* wanted(
  jobs: StatementSync,
  [node, now]: readonly [number, number],
  { kinds, except, dueBy, own }: JobChoice,
): Generator<CustomerJob> {
  const narrowed = { kinds: kindsText(kinds), due: dueBy ?? null, own: own ? node : null };
  for (const row of jobs.iterate({ now, ...narrowed })) {
    const job = customerJobOf(row);
    if (!except?.has(job.jobId)) yield job;
  }
}

/** Which node has which customer's job. */
export function jobClaimOperations(db: DatabaseSync, now: () => number) {
  const living = new LivingNodes(db, now);
  const jobs = db.prepare(`SELECT * FROM customer_jobs WHERE state = 'queued'
    AND (claimant = :own OR ${unowned("claimant", ":now")})
    AND (:due IS NULL OR deadline_at <= :due)
    AND (:kinds IS NULL OR lane || char(10) || kind IN (SELECT value FROM json_each(:kinds)))
    ORDER BY created_at, id`);
  const take = db.prepare("UPDATE customer_jobs SET claimant = ? WHERE job_id = ?");
  const release = db.prepare("UPDATE customer_jobs SET claimant = 0 WHERE job_id = ? AND claimant = ?");
  const has = db.prepare(
    "SELECT 1 FROM customer_jobs WHERE job_id = ? AND claimant = ? AND state = 'queued'",
  );
  return {
    claimCustomerJobs: write((node: number, limit: number, choice: JobChoice = {}): CustomerJob[] => {
      if (!living.has(node)) return [];
      // All are found before the first is changed: the query reads what the update writes.
      const found = [...wanted(jobs, [node, now()], choice).take(limit)];
      for (const { jobId } of found) take.run(node, jobId);
      return found;
    }),
    releaseCustomerJobs: write((node: number, jobIds: readonly string[]): void => {
      for (const jobId of jobIds) release.run(jobId, node);
    }),
    lostCustomerJobs: read((node: number, jobIds: readonly string[]): string[] =>
      jobIds.filter((jobId) => has.get(jobId, node) === undefined),
    ),
  };
}
