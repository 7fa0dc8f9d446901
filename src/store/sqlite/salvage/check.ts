import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { AssayError, causeText } from "../../../core/problems/assayError.ts";
import { Unreadable } from "../../records/rows.ts";
import { asProblem } from "../file.ts";
import { examine, type Finding } from "../guard/examine.ts";
import { checkChains } from "../inspect.ts";
import { takeLock } from "../lock.ts";

/** The logs of all epochs that are on record, also the closed ones. */
function logsFinding(file: string): Finding {
  const name = "logs";
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    checkChains(db, "");
    return { name, fault: null, detail: "the log of every epoch is whole", lost: null };
  } catch (error) {
    const fault = causeText(error);
    return { name, fault, detail: fault, lost: error instanceof Unreadable ? error.lost : null };
  } finally {
    db.close();
  }
}

/** Examines a store in full and changes nothing; goes on after a fault, so that one run names all. Throws `store_in_use`. */
export function checkStore(file: string): readonly Finding[] {
  if (!existsSync(file))
    throw new AssayError({
      code: "file_unreadable",
      file,
      cause_text: "there is no store",
      remedy: "Name the data directory with --data.",
    });
  try {
    const lock = takeLock(file);
    try {
      return [...examine(file, true), logsFinding(file)];
    } finally {
      lock.release();
    }
  } catch (error) {
    throw asProblem(error, file);
  }
}
