import type { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import type { CustomerJob, CustomerQuery, CustomerUpdate } from "../../../flow/job.ts";
import type { CustomerOutcome, QueueBounds } from "../../../flow/store.ts";
import { boundedAnswer, customerJobOf, flagOrNull, isSameJob, ownedKey } from "../../records/customerJob.ts";
import { integer, type Row } from "../../records/rows.ts";
import { LivingNodes } from "./nodes.ts";
import { read, write } from "./operation.ts";

/** Listings by what they are narrowed to. */
function listings(db: DatabaseSync) {
  const select = (where: string) =>
    db.prepare(`SELECT * FROM customer_jobs WHERE id > :after ${where} ORDER BY id LIMIT :limit`);
  const all = select("");
  const byOwner = select("AND owner = :owner");
  const byState = select("AND state = :state");
  const byBoth = select("AND owner = :owner AND state = :state");
  return ({ owner, state, limit }: CustomerQuery, after: number): Row[] => {
    if (owner === null)
      return state === null ? all.all({ after, limit }) : byState.all({ after, limit, state });
    return state === null ? byOwner.all({ after, limit, owner }) : byBoth.all({ after, limit, owner, state });
  };
}

function adder(db: DatabaseSync) {
  const insert =
    db.prepare(`INSERT INTO customer_jobs (job_id, owner, client_key, lane, kind, input, private_input,
      created_at, deadline_at, state, attempts, answer, verified, hotkey, code, ended_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  return (job: CustomerJob): void => {
    const { jobId, owner, lane, kind, input, privateInput, createdAt, deadlineAt } = job;
    const secret = privateInput === null ? null : canonical(privateInput);
    const asked = [jobId, owner, ownedKey(job), lane, kind, canonical(input), secret] as const;
    const ended = [
      boundedAnswer(job.answer),
      flagOrNull(job.verified),
      job.hotkey,
      job.code,
      job.endedAt,
    ] as const;
    insert.run(...asked, createdAt, deadlineAt, job.state, job.attempts, ...ended);
  };
}

/** A job that has ended is never changed, and keeps no private inputs. */
export function customerUpdater(db: DatabaseSync, now: () => number): (to: CustomerUpdate) => boolean {
  const living = new LivingNodes(db, now);
  const update = db.prepare(`UPDATE customer_jobs SET attempts = ?, state = :state, answer = ?, verified = ?,
      hotkey = ?, code = ?, ended_at = ?, private_input = iif(:state = 'queued', private_input, NULL)
      WHERE job_id = ? AND state = 'queued' AND claimant = coalesce(?, claimant)`);
  return ({ jobId, attempts, state, answer, verified, hotkey, code, endedAt, node }) => {
    if (node !== undefined && !living.has(node)) return false;
    const changed = [attempts, boundedAnswer(answer), flagOrNull(verified), hotkey, code, endedAt] as const;
    return update.run({ state }, ...changed, jobId, node ?? null).changes === 1;
  };
}

export function customerJobOperations(db: DatabaseSync, now: () => number) {
  const byId = db.prepare("SELECT * FROM customer_jobs WHERE job_id = ?");
  const byKey = db.prepare("SELECT * FROM customer_jobs WHERE client_key = ?");
  const count = db.prepare("SELECT count(*) AS n FROM customer_jobs WHERE state = 'queued'");
  const countOf = db.prepare("SELECT count(*) AS n FROM customer_jobs WHERE state = 'queued' AND owner = ?");
  const queued = db.prepare(
    "SELECT * FROM customer_jobs WHERE state = 'queued' ORDER BY created_at, id LIMIT ?",
  );
  const change = customerUpdater(db, now);
  const list = listings(db);
  const add = adder(db);

  const find = (jobId: string): CustomerJob | null => {
    const row = byId.get(jobId);
    return row === undefined ? null : customerJobOf(row);
  };

  return {
    addCustomerJob: write((job: CustomerJob, bounds: QueueBounds): CustomerOutcome => {
      const row = byKey.get(ownedKey(job));
      const known = row === undefined ? null : customerJobOf(row);
      if (known !== null)
        return isSameJob(known, job) ? { kind: "replay", job: known } : { kind: "conflict" };
      if (integer(count.get(), "n") >= bounds.all) return { kind: "full" };
      if (job.owner !== null && integer(countOf.get(job.owner), "n") >= bounds.perOwner)
        return { kind: "owner_full" };
      add(job);
      return { kind: "added", job };
    }),
    customerJob: read(find),
    customerJobs: read((query: CustomerQuery): CustomerJob[] | null => {
      const from = query.after === null ? null : byId.get(query.after);
      if (from === undefined) return null;
      return list(query, from === null ? 0 : integer(from, "id")).map(customerJobOf);
    }),
    cancelCustomerJob: write((jobId: string, at: number): CustomerJob | null => {
      const job = find(jobId);
      if (job?.state !== "queued") return job;
      const none = { answer: null, verified: null, hotkey: null };
      change({ jobId, attempts: job.attempts, state: "cancelled", code: "cancelled", endedAt: at, ...none });
      return find(jobId);
    }),
    queuedCustomerJobs: read((limit: number): CustomerJob[] => queued.all(limit).map(customerJobOf)),
    updateCustomerJob: write(change),
  };
}
