import type { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import type { CustomerJob, CustomerUpdate } from "../../../flow/job.ts";
import type { JobInput } from "../../../flow/lane.ts";
import type { CustomerOutcome } from "../../../flow/store.ts";
import { read, write } from "./operation.ts";
import { integer, json, oneOf, type Row, real, realOrNull, text, textOrNull } from "./rows.ts";

const states = ["queued", "done", "failed"] as const;

/** The most bytes of an answer: a proof has about one KiB. */
const ANSWER_BYTES = 65_536;

export function customerJobOf(row: Row): CustomerJob {
  return {
    jobId: text(row, "job_id"),
    clientKey: text(row, "client_key"),
    lane: text(row, "lane"),
    kind: text(row, "kind"),
    input: json<JobInput>(row, "input", []),
    createdAt: real(row, "created_at"),
    state: oneOf(row, "state", states),
    attempts: integer(row, "attempts"),
    answer: textOrNull(row, "answer"),
    hotkey: textOrNull(row, "hotkey"),
    code: textOrNull(row, "code"),
    endedAt: realOrNull(row, "ended_at"),
  };
}

function boundedAnswer(answer: string | null): string | null {
  if (answer === null || Buffer.byteLength(answer) <= ANSWER_BYTES) return answer;
  throw new RangeError(`an answer of more than ${ANSWER_BYTES} bytes`);
}

/** Whether it is the same job, with the members of its input in any order. */
function isSame(a: CustomerJob, b: CustomerJob): boolean {
  return a.lane === b.lane && a.kind === b.kind && canonical(a.input) === canonical(b.input);
}

export function customerJobOperations(db: DatabaseSync) {
  const byId = db.prepare("SELECT * FROM customer_jobs WHERE job_id = ?");
  const byKey = db.prepare("SELECT * FROM customer_jobs WHERE client_key = ?");
  const count = db.prepare("SELECT count(*) AS n FROM customer_jobs WHERE state = 'queued'");
  const insert = db.prepare(`INSERT INTO customer_jobs (job_id, client_key, lane, kind, input, created_at,
      state, attempts, answer, hotkey, code, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const queued = db.prepare(
    "SELECT * FROM customer_jobs WHERE state = 'queued' ORDER BY created_at, id LIMIT ?",
  );
  // A job that has ended is never changed.
  const update = db.prepare(`UPDATE customer_jobs SET attempts = ?, state = ?, answer = ?, hotkey = ?,
      code = ?, ended_at = ? WHERE job_id = ? AND state = 'queued'`);

  const add = (job: CustomerJob): void => {
    const { jobId, clientKey, lane, kind, input, createdAt, state, attempts, answer } = job;
    const asked = [jobId, clientKey, lane, kind, canonical(input), createdAt] as const;
    insert.run(...asked, state, attempts, boundedAnswer(answer), job.hotkey, job.code, job.endedAt);
  };

  return {
    addCustomerJob: write((job: CustomerJob, queuedMax: number): CustomerOutcome => {
      const row = byKey.get(job.clientKey);
      const known = row === undefined ? null : customerJobOf(row);
      if (known !== null) return isSame(known, job) ? { kind: "replay", job: known } : { kind: "conflict" };
      if (integer(count.get(), "n") >= queuedMax) return { kind: "full" };
      add(job);
      return { kind: "added", job };
    }),
    customerJob: read((jobId: string): CustomerJob | null => {
      const row = byId.get(jobId);
      return row === undefined ? null : customerJobOf(row);
    }),
    queuedCustomerJobs: read((limit: number): CustomerJob[] => queued.all(limit).map(customerJobOf)),
    updateCustomerJob: write((change: CustomerUpdate): void => {
      const { jobId, attempts, state, answer, hotkey, code, endedAt } = change;
      update.run(attempts, state, boundedAnswer(answer), hotkey, code, endedAt, jobId);
    }),
  };
}
