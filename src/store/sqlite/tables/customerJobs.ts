import type { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import {
  type CustomerJob,
  type CustomerQuery,
  type CustomerUpdate,
  customerStates,
} from "../../../flow/job.ts";
import type { JobInput } from "../../../flow/lane.ts";
import type { CustomerOutcome, QueueBounds } from "../../../flow/store.ts";
import {
  flag,
  integer,
  json,
  oneOf,
  type Row,
  real,
  realOrNull,
  text,
  textOrNull,
} from "../../records/rows.ts";
import { read, write } from "./operation.ts";

/** The most bytes of an answer: a proof has about one KiB. */
const ANSWER_BYTES = 65_536;

export function customerJobOf(row: Row): CustomerJob {
  const owner = textOrNull(row, "owner");
  return {
    jobId: text(row, "job_id"),
    owner,
    clientKey: text(row, "client_key").slice(prefixOf(owner).length),
    lane: text(row, "lane"),
    kind: text(row, "kind"),
    input: json<JobInput>(row, "input", []),
    privateInput: row.private_input === null ? null : json<JobInput>(row, "private_input", []),
    createdAt: real(row, "created_at"),
    deadlineAt: realOrNull(row, "deadline_at"),
    state: oneOf(row, "state", customerStates),
    attempts: integer(row, "attempts"),
    answer: textOrNull(row, "answer"),
    verified: row.verified === null ? null : flag(row, "verified"),
    hotkey: textOrNull(row, "hotkey"),
    code: textOrNull(row, "code"),
    endedAt: realOrNull(row, "ended_at"),
  };
}

/** A client key has no line feed, so a key of one owner never equals one of another. */
function prefixOf(owner: string | null): string {
  return owner === null ? "" : `${owner}\n`;
}

function boundedAnswer(answer: string | null): string | null {
  if (answer === null || Buffer.byteLength(answer) <= ANSWER_BYTES) return answer;
  throw new RangeError(`an answer of more than ${ANSWER_BYTES} bytes`);
}

/** Whether it is the same job, with the members of its input in any order. The private inputs of an ended job are gone. */
function isSame(known: CustomerJob, job: CustomerJob): boolean {
  if (known.lane !== job.lane || known.kind !== job.kind) return false;
  if (canonical(known.input) !== canonical(job.input)) return false;
  return known.state !== "queued" || canonical(known.privateInput) === canonical(job.privateInput);
}

const flagOf = (value: boolean | null): number | null => (value === null ? null : Number(value));

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
    const { jobId, owner, clientKey, lane, kind, input, privateInput, createdAt, deadlineAt } = job;
    const secret = privateInput === null ? null : canonical(privateInput);
    const asked = [jobId, owner, prefixOf(owner) + clientKey, lane, kind, canonical(input), secret] as const;
    const ended = [
      boundedAnswer(job.answer),
      flagOf(job.verified),
      job.hotkey,
      job.code,
      job.endedAt,
    ] as const;
    insert.run(...asked, createdAt, deadlineAt, job.state, job.attempts, ...ended);
  };
}

/** A job that has ended is never changed, and keeps no private inputs. */
export function customerUpdater(db: DatabaseSync): (to: CustomerUpdate) => void {
  const update = db.prepare(`UPDATE customer_jobs SET attempts = ?, state = :state, answer = ?, verified = ?,
      hotkey = ?, code = ?, ended_at = ?, private_input = iif(:state = 'queued', private_input, NULL)
      WHERE job_id = ? AND state = 'queued'`);
  return ({ jobId, attempts, state, answer, verified, hotkey, code, endedAt }) => {
    const changed = [attempts, boundedAnswer(answer), flagOf(verified), hotkey, code, endedAt] as const;
    update.run({ state }, ...changed, jobId);
  };
}

export function customerJobOperations(db: DatabaseSync) {
  const byId = db.prepare("SELECT * FROM customer_jobs WHERE job_id = ?");
  const byKey = db.prepare("SELECT * FROM customer_jobs WHERE client_key = ?");
  const count = db.prepare("SELECT count(*) AS n FROM customer_jobs WHERE state = 'queued'");
  const countOf = db.prepare("SELECT count(*) AS n FROM customer_jobs WHERE state = 'queued' AND owner = ?");
  const queued = db.prepare(
    "SELECT * FROM customer_jobs WHERE state = 'queued' ORDER BY created_at, id LIMIT ?",
  );
  const change = customerUpdater(db);
  const list = listings(db);
  const add = adder(db);

  const find = (jobId: string): CustomerJob | null => {
    const row = byId.get(jobId);
    return row === undefined ? null : customerJobOf(row);
  };

  return {
    addCustomerJob: write((job: CustomerJob, bounds: QueueBounds): CustomerOutcome => {
      const row = byKey.get(prefixOf(job.owner) + job.clientKey);
      const known = row === undefined ? null : customerJobOf(row);
      if (known !== null) return isSame(known, job) ? { kind: "replay", job: known } : { kind: "conflict" };
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
