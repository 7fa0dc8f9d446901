import type { JobAnswer, JobOrder } from "../../flow/job.ts";
import { isJobId } from "../../flow/job.ts";
import { jsonShape, maxDepth } from "../wire/input.ts";
import type { FrameCode } from "./frameCodes.ts";
import { frameCodes } from "./frameCodes.ts";

/** The id of a frame, repeated in an error about it; anything but a number or a short text is dropped. */
export type FrameId = string | number | null;

/** A frame from a miner, or what is wrong with it. */
export type Frame =
  | {
      readonly type: "hello";
      readonly id: FrameId;
      readonly lanes: readonly string[];
      readonly capacity: number;
      /** Null when it does not say. */
      readonly kinds: readonly string[] | null;
    }
  | { readonly type: "answer"; readonly id: FrameId; readonly jobId: string; readonly answer: JobAnswer }
  | { readonly type: "fail"; readonly id: FrameId; readonly jobId: string; readonly code: string }
  | { readonly type: "ping"; readonly id: FrameId }
  | { readonly type: "pong"; readonly id: FrameId }
  | { readonly type: "faulty"; readonly id: FrameId; readonly code: FrameCode };

type Fields = Readonly<Record<string, unknown>>;

const longestId = 64;
const longestHeader = 1024;
const largestCapacity = 65_536;
/** As many and as long as a validator can have. */
const mostKinds = 256;
const longestKind = 64;
const failCode = /^[\w.:-]{1,64}$/;

/** The answer of a text frame, parsed with its frame. */
class ParsedAnswer implements JobAnswer {
  readonly size: number;
  readonly #value: unknown;

  constructor(value: unknown, size: number) {
    this.#value = value;
    this.size = size;
  }

  text(): string {
    return JSON.stringify(this.#value);
  }
}

/** The answer of a binary frame, unparsed. */
class RawAnswer implements JobAnswer {
  readonly size: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, size: number) {
    this.#bytes = bytes;
    this.size = size;
  }

  text(): string {
    return this.#bytes.toString("utf8");
  }
}

const faulty = (code: FrameCode, id: FrameId = null): Frame => ({ type: "faulty", id, code });

function idOf({ id }: Fields): FrameId {
  return typeof id === "number" || (typeof id === "string" && id.length <= longestId) ? id : null;
}

/** The members of a JSON object, or the code of the fault. */
function fieldsOf(bytes: Buffer): Fields | FrameCode {
  if (jsonShape(bytes).depth > maxDepth) return "too_deep";
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    return "bad_json";
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : "bad_frame";
}

function areKinds(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostKinds) return false;
  return value.every((kind) => typeof kind === "string" && kind.length <= longestKind);
}

function helloOf(fields: Fields): Frame {
  const { lanes, capacity, kinds = null } = fields;
  const id = idOf(fields);
  if (!Array.isArray(lanes) || lanes.length === 0) return faulty("bad_frame", id);
  if (!lanes.every((lane) => typeof lane === "string")) return faulty("bad_frame", id);
  if (!Number.isInteger(capacity) || Number(capacity) < 1) return faulty("bad_frame", id);
  if (kinds !== null && !areKinds(kinds)) return faulty("bad_frame", id);
  return { type: "hello", id, lanes, capacity: Math.min(Number(capacity), largestCapacity), kinds };
}

/** `answer` is null for a binary frame's header, whose answer follows it. */
function answerOf(fields: Fields, answer: JobAnswer | null, size: number): Frame {
  const { job_id: jobId, answer: value } = fields;
  const id = idOf(fields);
  if (typeof jobId !== "string" || !isJobId(jobId)) return faulty("bad_frame", id);
  if (answer !== null) return { type: "answer", id, jobId, answer };
  if (value === undefined || value === null) return faulty("bad_frame", id);
  return { type: "answer", id, jobId, answer: new ParsedAnswer(value, size) };
}

function failOf(fields: Fields): Frame {
  const { job_id: jobId, code } = fields;
  const id = idOf(fields);
  if (typeof jobId !== "string" || !isJobId(jobId)) return faulty("bad_frame", id);
  if (typeof code !== "string" || !failCode.test(code)) return faulty("bad_frame", id);
  return { type: "fail", id, jobId, code };
}

/** Reads a text frame: one JSON object with a `type`. */
export function readText(bytes: Buffer): Frame {
  const fields = fieldsOf(bytes);
  if (typeof fields === "string") return faulty(fields);
  switch (fields.type) {
    case "answer":
      return answerOf(fields, null, bytes.length);
    case "fail":
      return failOf(fields);
    case "hello":
      return helloOf(fields);
    case "ping":
    case "pong":
      return { type: fields.type, id: idOf(fields) };
    default:
      return faulty(typeof fields.type === "string" ? "unknown_type" : "bad_frame", idOf(fields));
  }
}

/**
 * Reads a binary frame with a large answer, which is parsed only where it is checked:
 *
 *     4 bytes   length of the header in bytes, unsigned, big-endian; at most 1024
 *     header    JSON in UTF-8: {"type":"answer","id":7,"job_id":"jb_..."}
 *     the rest  the answer: JSON in UTF-8, at least one byte
 */
export function readBinary(bytes: Buffer): Frame {
  if (bytes.length < 4) return faulty("bad_frame");
  const end = 4 + bytes.readUInt32BE(0);
  if (end > 4 + longestHeader) return faulty("too_large");
  if (end >= bytes.length) return faulty("bad_frame");
  const fields = fieldsOf(bytes.subarray(4, end));
  if (typeof fields === "string") return faulty(fields);
  if (fields.type !== "answer") {
    return faulty(typeof fields.type === "string" ? "unknown_type" : "bad_frame", idOf(fields));
  }
  return answerOf(fields, new RawAnswer(bytes.subarray(end), bytes.length), bytes.length);
}

/** The text of a `job` frame; concatenated, since it is made tens of thousands of times a second. */
export function jobFrame(id: number, order: JobOrder): string {
  const work = `"lane":${JSON.stringify(order.lane)},"kind":${JSON.stringify(order.kind)}`;
  const input = JSON.stringify(order.input);
  return `{"type":"job","id":${id},"job_id":"${order.job_id}",${work},"input":${input},"deadline_ms":${order.deadline_ms}}`;
}

/** The text of an `error` frame; `re` is the id of the frame that it is about, or null. */
export function errorFrame(id: number, re: FrameId, code: FrameCode): string {
  return JSON.stringify({ type: "error", id, re, code, detail: frameCodes[code] });
}

export function pongFrame(id: number, re: FrameId): string {
  return JSON.stringify({ type: "pong", id, re });
}
