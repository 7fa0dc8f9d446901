import { existsSync } from "node:fs";
import { AssayError } from "../core/problems/assayError.ts";
import { writeDurably } from "./durableFile.ts";
import { readText } from "./readText.ts";

/** The last signed period and the hash of what was signed for it; null when unknown. */
interface Mark {
  readonly period: number;
  readonly intent_sha256: string | null;
}

const hash = /^[0-9a-f]{64}$/;

function isMark(value: unknown): value is Mark {
  const { period, intent_sha256 } = (value ?? {}) as Partial<Mark>;
  if (!Number.isSafeInteger(period) || Number(period) < -1) return false;
  return intent_sha256 === null || (typeof intent_sha256 === "string" && hash.test(intent_sha256));
}

function parse(file: string, text: string): Mark {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Refused below.
  }
  if (isMark(value)) return { period: value.period, intent_sha256: value.intent_sha256 };
  throw new AssayError({
    code: "file_unreadable",
    file,
    cause_text: 'it is not {"period": a number, "intent_sha256": 64 hex digits or null}',
    remedy:
      'Restore it, or write {"period": N, "intent_sha256": null} with N the last period whose vector was signed; ' +
      "without it a second vector of a period could be signed.",
  });
}

/** The mark of the last signed period, in a file beside the publishing key. */
export class MarkFile {
  readonly place: string;

  constructor(file: string) {
    this.place = file;
  }

  /** Null where there is no file. Throws `file_unreadable`. */
  async read(): Promise<Mark | null> {
    return existsSync(this.place) ? parse(this.place, readText(this.place)) : null;
  }

  /** Durable when it resolves. Throws `file_unreadable`. */
  async write({ period, intent_sha256 }: Mark): Promise<void> {
    await writeDurably(this.place, `${JSON.stringify({ period, intent_sha256 })}\n`);
  }
}
