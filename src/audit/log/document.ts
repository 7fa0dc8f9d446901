import { AssayError } from "../../core/problems/assayError.ts";
import type { EpochRecord, LogHead } from "../../flow/draw.ts";

/** The document of `/v1/sampling/{epoch}` for a closed epoch. */
export interface ClosedEpoch extends EpochRecord {
  readonly revealed_key: string;
  /** As served, oldest first; not parsed yet. */
  readonly heads: readonly unknown[];
}

/** An earlier sampling document of the same epoch, from when it was open or closed. */
export interface SeenEpoch {
  readonly epoch: number;
  readonly commitment: string;
  readonly heads: readonly unknown[];
}

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): value is string => typeof value === "string" && value.length <= 1024;
const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const members: readonly (readonly [string, (value: unknown) => boolean, string])[] = [
  ["epoch", isCount, "an epoch's number"],
  ["commitment", isText, "text"],
  ["policy", isFields, "an object"],
  ["committed_at", isTime, "a time"],
  ["signature", isText, "text"],
  ["key_id", isText, "text"],
  ["closed_at", (value) => value === null || isTime(value), "a time or null"],
  ["revealed_key", (value) => value === null || isText(value), "text or null"],
  ["log_head", isText, "text"],
  ["log_length", isCount, "a number of lines"],
];

/** Whether the value is meant to be a sampling document, rather than a line of a log. */
export function isSampling(value: unknown): boolean {
  return isFields(value) && "commitment" in value && "policy" in value;
}

function fault(from: string, message: string): AssayError {
  return new AssayError({
    code: "failed",
    message: `${from} is not a sampling document: ${message}; save /v1/sampling/{epoch} of a closed epoch`,
  });
}

function readRecord(value: unknown, from: string): EpochRecord & SeenEpoch {
  if (!isFields(value)) throw fault(from, "it is not a JSON object");
  for (const [name, test, expected] of members)
    if (!test(value[name])) throw fault(from, `${name} is not ${expected}`);
  const { heads = [] } = value;
  if (!Array.isArray(heads)) throw fault(from, "heads is not a list");
  return { ...(value as unknown as EpochRecord), heads };
}

/** Reads the sampling document of a closed epoch; `from` names its source. Throws `failed`, naming the member, and `epoch_open`. */
export function readSampling(value: unknown, from: string): ClosedEpoch {
  const record = readRecord(value, from);
  const { epoch, revealed_key } = record;
  if (revealed_key === null) throw new AssayError({ code: "epoch_open", epoch });
  return { ...record, revealed_key };
}

/** Reads a sampling document from earlier. Throws `failed`. */
export function readSeen(value: unknown, from: string): SeenEpoch {
  const { epoch, commitment, heads } = readRecord(value, from);
  return { epoch, commitment, heads };
}

/** Reads a signed head; null when it has the wrong form. */
export function readHead(value: unknown): LogHead | null {
  if (!isFields(value)) return null;
  const { epoch, log_head, signed_at, key_id, signature } = value;
  if (!isCount(epoch) || !isText(log_head) || !isTime(signed_at)) return null;
  if (!isText(key_id) || !isText(signature)) return null;
  return { epoch, log_head, signed_at, key_id, signature };
}
