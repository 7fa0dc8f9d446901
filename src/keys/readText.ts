import { readFileSync } from "node:fs";
import { AssayError, causeText } from "../core/problems/assayError.ts";

/** Reads a file whole; throws `file_unreadable` naming it. */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new AssayError({ code: "file_unreadable", file, cause_text: causeText(error) }, { cause: error });
  }
}

const UTF8_MARK = Buffer.of(0xef, 0xbb, 0xbf);
const UTF16_MARKS = [Buffer.of(0xff, 0xfe), Buffer.of(0xfe, 0xff)];

const startsWith = (bytes: Uint8Array, mark: Buffer): boolean => mark.equals(bytes.subarray(0, mark.length));

/** The bytes without a UTF-8 byte order mark, which editors put in front and which is no part of the content. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return startsWith(bytes, UTF8_MARK) ? bytes.subarray(UTF8_MARK.length) : bytes;
}

/** The text of a file, without a byte order mark. Throws `file_unreadable`, also for UTF-16. */
export function readText(file: string): string {
  const bytes = readBytes(file);
  if (UTF16_MARKS.some((mark) => startsWith(bytes, mark)))
    throw new AssayError({
      code: "file_unreadable",
      file,
      cause_text: "it is UTF-16 text",
      remedy: "Save it as UTF-8.",
    });
  return Buffer.from(withoutMark(bytes)).toString("utf8");
}
