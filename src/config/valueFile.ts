import { readFileSync } from "node:fs";
import { causeText } from "../core/problems/assayError.ts";

const ENDING = "_FILE";

/** The variable whose value a file holds: `ASSAY_STORE_URL` of `ASSAY_STORE_URL_FILE`; null for another name. */
export function nameOfValueFile(name: string): string | null {
  return name.endsWith(ENDING) ? name.slice(0, -ENDING.length) : null;
}

/** The variable that names the file of another one's value. */
export function valueFileOf(name: string): string {
  return name + ENDING;
}

/** A secret that containers are handed as a file; one newline at its end is not part of it. */
export function readValueFile(file: string): { readonly text: string } | { readonly fault: string } {
  try {
    return { text: readFileSync(file, "utf8").replace(/\r?\n$/, "") };
  } catch (error) {
    return { fault: `the file ${file} cannot be read: ${causeText(error)}` };
  }
}
