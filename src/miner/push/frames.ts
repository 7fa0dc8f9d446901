import { isJobId, type JobOrder } from "../../flow/job.ts";

/** A frame of the validator, as far as a miner reads it. */
export type ValidatorFrame =
  | { readonly type: "job"; readonly order: JobOrder }
  | { readonly type: "error"; readonly code: string }
  /** A frame that this miner does not know and may ignore. */
  | { readonly type: "other" };

type Fields = Readonly<Record<string, unknown>>;

/** Answers longer than this go as binary frames, which the validator need not parse to pass on. */
const TEXT_MAX = 65_536;
/** The longest code of the validator that is counted. */
const CODE_MAX = 64;

function fieldsOf(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

/** The order of a `job` frame or of a request to be dialled; null when a member is missing or of the wrong shape. */
export function orderOf(fields: Fields): JobOrder | null {
  const { job_id, lane, kind, input, deadline_ms } = fields;
  if (typeof job_id !== "string" || !isJobId(job_id)) return null;
  if (typeof lane !== "string" || typeof kind !== "string") return null;
  if (typeof input !== "object" || input === null || Array.isArray(input)) return null;
  if (typeof deadline_ms !== "number" || !(deadline_ms > 0)) return null;
  return { job_id, lane, kind, input: input as JobOrder["input"], deadline_ms };
}

export function readFrame(text: string): ValidatorFrame {
  const fields = fieldsOf(text);
  const order = fields.type === "job" ? orderOf(fields) : null;
  if (order !== null) return { type: "job", order };
  if (fields.type === "error" && typeof fields.code === "string")
    return { type: "error", code: fields.code.slice(0, CODE_MAX) };
  return { type: "other" };
}

/** `kinds` null: not stated, which means all. */
export function helloFrame(
  id: number,
  lane: string,
  capacity: number,
  kinds: readonly string[] | null,
): string {
  return JSON.stringify({ type: "hello", id, lanes: [lane], capacity, ...(kinds !== null && { kinds }) });
}

export function failFrame(id: number, jobId: string, code: string): string {
  return JSON.stringify({ type: "fail", id, job_id: jobId, code });
}

/** A text frame; above 64 KiB a binary one: 4 bytes with the length of a JSON header, the header, the answer's JSON. */
export function answerFrame(id: number, jobId: string, answer: string): string | Buffer {
  const head = JSON.stringify({ type: "answer", id, job_id: jobId });
  if (Buffer.byteLength(answer) <= TEXT_MAX) return `${head.slice(0, -1)},"answer":${answer}}`;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(head));
  return Buffer.concat([length, Buffer.from(head), Buffer.from(answer)]);
}
