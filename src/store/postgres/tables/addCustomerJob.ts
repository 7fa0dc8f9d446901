import { canonical } from "../../../core/canonical.ts";
import type { CustomerJob } from "../../../flow/job.ts";
import type { CustomerOutcome, QueueBounds } from "../../../flow/store.ts";
import { boundedAnswer, customerJobOf, flagOrNull, isSameJob, ownedKey } from "../../records/customerJob.ts";
import { integer, text, textOrNull } from "../../records/rows.ts";
import { lockAdvisory } from "../advisory.ts";
import { type Sql, statement } from "../sql.ts";
import { batch, type Settled } from "./operation.ts";

const known = statement(
  "jobs_known",
  "SELECT * FROM customer_jobs WHERE client_key = ANY($1::text[]) OR job_id = ANY($2::text[])",
);
const queued = statement(
  "jobs_queued_by_owner",
  "SELECT owner, count(*) AS n FROM customer_jobs WHERE state = 'queued' GROUP BY owner",
);
const insert = statement(
  "jobs_add",
  `INSERT INTO customer_jobs (job_id, owner, client_key, lane, kind, input, private_input, created_at, deadline_at,
      state, attempts, answer, verified, hotkey, code, ended_at)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
      $8::float8[], $9::float8[], $10::text[], $11::int[], $12::text[], $13::smallint[], $14::text[], $15::text[],
      $16::float8[])`,
);

type Call = [CustomerJob, QueueBounds];

/** The jobs on record that matter to the calls, and how many are queued. */
class Queue {
  readonly #byKey = new Map<string, CustomerJob>();
  readonly #ids = new Set<string>();
  readonly #queued = new Map<string | null, number>();
  readonly added: CustomerJob[] = [];
  #all = 0;

  /** The caller holds the lock, so that no other process adds one meanwhile. */
  async load(sql: Sql, jobs: readonly CustomerJob[]): Promise<void> {
    const ids = jobs.map(({ jobId }) => jobId);
    const [rows, counts] = await Promise.all([sql.rows(known, [jobs.map(ownedKey), ids]), sql.rows(queued)]);
    for (const row of rows) {
      this.#byKey.set(text(row, "client_key"), customerJobOf(row));
      this.#ids.add(text(row, "job_id"));
    }
    for (const row of counts) this.#count(textOrNull(row, "owner"), integer(row, "n"));
  }

  take([job, bounds]: Call): CustomerOutcome {
    const earlier = this.#byKey.get(ownedKey(job));
    if (earlier !== undefined)
      return isSameJob(earlier, job) ? { kind: "replay", job: earlier } : { kind: "conflict" };
    if (this.#all >= bounds.all) return { kind: "full" };
    if (job.owner !== null && (this.#queued.get(job.owner) ?? 0) >= bounds.perOwner)
      return { kind: "owner_full" };
    this.#add(job);
    return { kind: "added", job };
  }

  #add(job: CustomerJob): void {
    if (this.#ids.has(job.jobId)) throw new RangeError(`the id of job ${job.jobId} is another job's`);
    boundedAnswer(job.answer);
    this.#byKey.set(ownedKey(job), job);
    this.#ids.add(job.jobId);
    this.added.push(job);
    if (job.state === "queued") this.#count(job.owner, 1);
  }

  #count(owner: string | null, jobs: number): void {
    this.#queued.set(owner, (this.#queued.get(owner) ?? 0) + jobs);
    this.#all += jobs;
  }
}

/** In the order of the calls, which the ids keep. */
async function insertAll(sql: Sql, jobs: readonly CustomerJob[]): Promise<void> {
  if (jobs.length === 0) return;
  const column = <T>(of: (job: CustomerJob) => T): T[] => jobs.map(of);
  await sql.run(insert, [
    column(({ jobId }) => jobId),
    column(({ owner }) => owner),
    column(ownedKey),
    column(({ lane }) => lane),
    column(({ kind }) => kind),
    column(({ input }) => canonical(input)),
    column(({ privateInput }) => (privateInput === null ? null : canonical(privateInput))),
    column(({ createdAt }) => createdAt),
    column(({ deadlineAt }) => deadlineAt),
    column(({ state }) => state),
    column(({ attempts }) => attempts),
    column(({ answer }) => answer),
    column(({ verified }) => flagOrNull(verified)),
    column(({ hotkey }) => hotkey),
    column(({ code }) => code),
    column(({ endedAt }) => endedAt),
  ]);
}

/**
 * All calls of a group under one lock, which is held to the end of the transaction: the bounds hold over all processes, and
 * ids become visible in their order, so that a listing passes no job over.
 */
export const addCustomerJob = batch(
  async (sql: Sql, calls: readonly Call[]): Promise<readonly Settled<CustomerOutcome>[]> => {
    const queue = new Queue();
    await lockAdvisory(sql, "customerJobs");
    await queue.load(
      sql,
      calls.map(([job]) => job),
    );
    const outcomes = calls.map((call): Settled<CustomerOutcome> => {
      try {
        return { value: queue.take(call) };
      } catch (error) {
        return { error };
      }
    });
    await insertAll(sql, queue.added);
    if (queue.added.length > 0) sql.tell("jobs");
    return outcomes;
  },
);
