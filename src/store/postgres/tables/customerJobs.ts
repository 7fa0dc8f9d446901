import type { CustomerJob, CustomerQuery } from "../../../flow/job.ts";
import { customerJobOf } from "../../records/customerJob.ts";
import { integer } from "../../records/rows.ts";
import { first, type Sql, statement } from "../sql.ts";
import { addCustomerJob } from "./addCustomerJob.ts";
import { jobClaims } from "./claimJobs.ts";
import { read, write } from "./operation.ts";
import { updateCustomerJob, updateJobs } from "./updateCustomerJob.ts";

const byId = statement("job", "SELECT * FROM customer_jobs WHERE job_id = $1");
const locked = statement("job_locked", "SELECT * FROM customer_jobs WHERE job_id = $1 FOR NO KEY UPDATE");
const queued = statement(
  "jobs_queued",
  "SELECT * FROM customer_jobs WHERE state = 'queued' ORDER BY created_at, id LIMIT $1",
);

/** Listings by what they are narrowed to. */
const select = (name: string, where: string) =>
  statement(name, `SELECT * FROM customer_jobs WHERE id > $1 ${where} ORDER BY id LIMIT $2`);
const listings = {
  all: select("jobs", ""),
  owner: select("jobs_of_owner", "AND owner = $3"),
  state: select("jobs_of_state", "AND state = $3"),
  both: select("jobs_of_owner_and_state", "AND owner = $3 AND state = $4"),
} as const;

function list(sql: Sql, { owner, state, limit }: CustomerQuery, after: number) {
  const narrowed = [owner, state].filter((value) => value !== null);
  const by = owner === null ? (state === null ? "all" : "state") : state === null ? "owner" : "both";
  return sql.rows(listings[by], [after, limit, ...narrowed]);
}

export const customerJobOperations = {
  addCustomerJob,
  updateCustomerJob,
  ...jobClaims,
  customerJob: read(async (sql: Sql, jobId: string): Promise<CustomerJob | null> => {
    const row = await first(sql, byId, [jobId]);
    return row === undefined ? null : customerJobOf(row);
  }),
  customerJobs: read(async (sql: Sql, query: CustomerQuery): Promise<CustomerJob[] | null> => {
    const from = query.after === null ? null : await first(sql, byId, [query.after]);
    if (from === undefined) return null;
    return (await list(sql, query, from === null ? 0 : integer(from, "id"))).map(customerJobOf);
  }),
  cancelCustomerJob: write(async (sql: Sql, jobId: string, at: number): Promise<CustomerJob | null> => {
    const row = await first(sql, locked, [jobId]);
    const job = row === undefined ? null : customerJobOf(row);
    if (job?.state !== "queued") return job;
    const end = { state: "cancelled", code: "cancelled", endedAt: at } as const;
    const none = { answer: null, verified: null, hotkey: null };
    await updateJobs(sql, [{ jobId, attempts: job.attempts, ...end, ...none }]);
    return { ...job, ...end, ...none, privateInput: null };
  }),
  queuedCustomerJobs: read(
    async (sql: Sql, limit: number): Promise<CustomerJob[]> =>
      (await sql.rows(queued, [limit])).map(customerJobOf),
  ),
};
