import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { AssayError, causeText } from "../../core/problems/assayError.ts";

function refusal(file: string, cause: string): AssayError {
  const advice = "name a file in an existing folder that you may write to";
  return new AssayError({
    code: "failed",
    message: `${file}: the page cannot be written: ${cause}; ${advice}`,
  });
}

/** Where the file really is, so that a link stays one. A device is refused: the rename would take its place. */
function target(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return file;
  if (!found.isFile()) throw refusal(file, found.isDirectory() ? "it is a folder" : "it is not a plain file");
  return realpathSync(file);
}

/** Writes the page whole or not at all; an older file is replaced. Throws `failed`. */
export function writePage(file: string, text: string): void {
  try {
    put(target(file), text);
  } catch (error) {
    throw error instanceof AssayError ? error : refusal(file, causeText(error));
  }
}

function put(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}.new`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
