import { isReceiptId } from "../../core/ids.ts";
import type { LogEntry } from "../../flow/draw.ts";
import { isJobId } from "../../flow/job.ts";
import { bytesOfLatin1 } from "./bytes.ts";
import { isCount, isFields } from "./document.ts";
import type { Hashes } from "./platform.ts";

/** A line of a log as it was served: its form is right, its content is still to be checked. */
export type AuditLine = LogEntry & { readonly n: number; readonly prev: string; readonly hash: string };

export interface ReadLine {
  readonly line: AuditLine;
  /** Whether the bytes are the canonical JSON of the line's known members, and nothing else. */
  readonly isCanonical: boolean;
  /** SHA-256 of the canonical line without its `hash`. */
  readonly hash: string;
}

type Test = (value: unknown) => boolean;
interface Member {
  readonly name: string;
  readonly test: Test;
  readonly expected: string;
}

const hex64 = /^[0-9a-f]{64}$/;
const hex16 = /^[0-9a-f]{16}$/;
/** Printable ASCII without blanks: hotkeys, lanes, ids, codes. */
const word = /^[\x21-\x7e]{1,128}$/;

const matches =
  (pattern: RegExp): Test =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const orNull =
  (test: Test): Test =>
  (value) =>
    value === null || test(value);

const texts: Test = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");
const isWord = matches(word);
const words: Test = (value) =>
  Array.isArray(value) && value.every((item) => isWord(item)) && new Set(value).size === value.length;

const member = (name: string, test: Test, expected: string): Member => ({ name, test, expected });
const aHash = (name: string): Member => member(name, matches(hex64), "a SHA-256 in hex");
const aWord = (name: string): Member => member(name, isWord, "printable text without blanks");
const aCount = (name: string): Member => member(name, isCount, "a whole number");
const aFlag = (name: string): Member => member(name, (value) => typeof value === "boolean", "true or false");
const type = member("type", () => true, "a type");

// In the order of canonical JSON: by UTF-16 code unit.
const common = [aCount("epoch"), aHash("hash")];
const drawsShape = [
  ...common,
  member("hotkeys", words, "a list of hotkeys, each once"),
  aWord("lane"),
  aCount("n"),
  aHash("prev"),
  member("rows", (value) => texts(value) && (value as unknown[]).length > 0, "a list of texts"),
  type,
];
const drawShape = [
  aHash("answer_sha256"),
  aWord("class"),
  ...common,
  aWord("hotkey"),
  aWord("lane"),
  aCount("n"),
  aHash("prev"),
  aWord("rate"),
  member("receipt_id", (value) => typeof value === "string" && isReceiptId(value), "a receipt's id"),
  aFlag("sampled"),
  type,
  aWord("work_id"),
  member("x", matches(hex16), "16 hex digits"),
];
const states: readonly unknown[] = ["accepted", "rejected", "void"];
const verdictShape = (receipt: Member, work: Member): Member[] => [
  member("code", orNull(isWord), "a code or null"),
  ...common,
  aWord("hotkey"),
  aWord("lane"),
  aCount("n"),
  aHash("prev"),
  receipt,
  member("state", (value) => states.includes(value), "accepted, rejected or void"),
  type,
  aFlag("verified"),
  work,
];
const submissionVerdict = verdictShape(
  member("receipt_id", (value) => typeof value === "string" && isReceiptId(value), "a receipt's id or null"),
  aWord("work_id"),
);
const jobVerdict = [
  member("answer_sha256", orNull(matches(hex64)), "a SHA-256 in hex, or null"),
  ...verdictShape(
    member("receipt_id", (value) => value === null, "null"),
    member("work_id", (value) => typeof value === "string" && isJobId(value), "a job's id"),
  ),
];

function shapeOf(fields: Readonly<Record<string, unknown>>): readonly Member[] | null {
  if (fields.type === "draws") return drawsShape;
  if (fields.type === "draw") return drawShape;
  if (fields.type === "verdict") return fields.receipt_id === null ? jobVerdict : submissionVerdict;
  return null;
}

const HASH_START = '"hash":"';
/** With its value and the comma: it is never the last member. */
const HASH_LENGTH = HASH_START.length + 64 + 2;

/** Reads the lines of a log. All their texts are ASCII, so bytes and characters are the same. */
export class LineReader {
  readonly #hashes: Hashes;
  #scratch = new Uint8Array(65_536);

  constructor(hashes: Hashes) {
    this.#hashes = hashes;
  }

  /** The line, without its newline; or what is wrong with its form. */
  read(bytes: Uint8Array): ReadLine | string {
    // Latin-1 gives every byte a character of its own: no two lines read alike.
    const text = this.#hashes.latin1(bytes);
    const fields = parse(text);
    if (fields === null) return "not a JSON object";
    const shape = shapeOf(fields);
    if (shape === null) return `the type of the line is not known: ${JSON.stringify(fields.type) ?? "none"}`;
    const known: Record<string, unknown> = {};
    for (const { name, test, expected } of shape) {
      const value = fields[name];
      if (!test(value)) return `${name} is not ${expected}`;
      known[name] = value;
    }
    const made = JSON.stringify(known);
    const isCanonical = made === text;
    const hashed = isCanonical ? bytes : bytesOfLatin1(made);
    return {
      line: known as unknown as AuditLine,
      isCanonical,
      hash: this.#hashOf(hashed, made.indexOf(HASH_START)),
    };
  }

  /** Only words and numbers without quotes come before `hash`, so the first match is the member. */
  #hashOf(canonical: Uint8Array, at: number): string {
    const length = canonical.length - HASH_LENGTH;
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(2 * length);
    this.#scratch.set(canonical.subarray(0, at));
    this.#scratch.set(canonical.subarray(at + HASH_LENGTH), at);
    return this.#hashes.sha256Hex(this.#scratch.subarray(0, length));
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}
