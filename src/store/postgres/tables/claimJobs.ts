import type { CustomerJob } from "../../../flow/job.ts";
import { customerJobOf } from "../../records/customerJob.ts";
import { integer } from "../../records/rows.ts";
import { type Sql, statement } from "../sql.ts";
import { isLiving, LIVING } from "./nodes.ts";
import { alone } from "./operation.ts";

const free = statement(
  "jobs_free",
  `SELECT * FROM customer_jobs WHERE state = 'queued' AND claimant NOT IN (${LIVING})
    ORDER BY created_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`,
);
const own = statement("jobs_own", "UPDATE customer_jobs SET claimant = $1 WHERE id = ANY($2::bigint[])");

/** On its own: it never waits for a job. */
export const claimCustomerJobs = alone(
  async (sql: Sql, node: number, limit: number): Promise<CustomerJob[]> => {
    if (limit < 1 || !(await isLiving(sql, node))) return [];
    const rows = await sql.rows(free, [limit]);
    if (rows.length > 0) await sql.run(own, [node, rows.map((row) => integer(row, "id"))]);
    return rows.map(customerJobOf);
  },
);
