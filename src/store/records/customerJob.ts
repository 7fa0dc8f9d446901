import { canonical } from "../../core/canonical.ts";
import { type CustomerJob, customerStates } from "../../flow/job.ts";
import type { JobInput } from "../../flow/lane.ts";
import { flag, integer, json, oneOf, type Row, real, realOrNull, text, textOrNull } from "./rows.ts";

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

/** The client key as it is stored: unique over all owners. */
export function ownedKey({ owner, clientKey }: Pick<CustomerJob, "owner" | "clientKey">): string {
  return prefixOf(owner) + clientKey;
}

export function boundedAnswer(answer: string | null): string | null {
  if (answer === null || Buffer.byteLength(answer) <= ANSWER_BYTES) return answer;
  throw new RangeError(`an answer of more than ${ANSWER_BYTES} bytes`);
}

/** Whether it is the same job, with the members of its input in any order. The private inputs of an ended job are gone. */
export function isSameJob(known: CustomerJob, job: CustomerJob): boolean {
  if (known.lane !== job.lane || known.kind !== job.kind) return false;
  if (canonical(known.input) !== canonical(job.input)) return false;
  return known.state !== "queued" || canonical(known.privateInput) === canonical(job.privateInput);
}

export const flagOrNull = (value: boolean | null): number | null => (value === null ? null : Number(value));
