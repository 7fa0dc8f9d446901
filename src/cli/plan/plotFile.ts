import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { AssayError, causeText } from "../../core/problems/assayError.ts";

/** Whatever stands in the way, with the file's name. */
function refusal(file: string, cause: string): AssayError {
  const mend = "name a file in a folder that exists and takes new files";
  return new AssayError({
    code: "failed",
    message: `${file}: the plot cannot be written: ${cause}; ${mend}`,
  });
}

/** Where the file really is, so that a link stays one. A device is refused: the rename would take its place. */
function target(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return file;
  if (!found.isFile()) throw refusal(file, found.isDirectory() ? "it is a folder" : "it is not a plain file");
  return realpathSync(file);
}

/** Writes the plot whole or not at all, in the place of an older one. Throws `failed`. */
export function writePlot(file: string, text: string): void {
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
