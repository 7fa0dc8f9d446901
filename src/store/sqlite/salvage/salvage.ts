import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../../core/clock.ts";
import { AssayError } from "../../../core/problems/assayError.ts";
import { noteCopied } from "../../backup/noteCopied.ts";
import { text } from "../../records/rows.ts";
import { asProblem, create, openFile } from "../file.ts";
import { changedPagesOf } from "../guard/examine.ts";
import { readMark } from "../guard/mark.ts";
import { readSeal } from "../guard/seal.ts";
import { takeLock } from "../lock.ts";
import { copyRows, type TableReport } from "./copyRows.ts";
import { openReadable, type Readable } from "./readable.ts";
import { type RulesReport, restoreRules } from "./restoreRules.ts";

/** What a salvage found and what it could not. */
export interface SalvageReport extends RulesReport {
  /** The new store. */
  readonly file: string;
  readonly tables: readonly TableReport[];
  /** Acknowledged writes that are not in it; null when nothing tells. */
  readonly writesLost: number | null;
  /** Tables with pages that are not what was written: a value in a kept row may be another one. */
  readonly doubtful: readonly string[];
  /** Damaged frames of the write-ahead log that were taken as they are. */
  readonly suspects: number;
}

/** Makes a new store of what can be read of another, in a folder that must not exist. The other is left as it is. */
export function salvage(file: string, folder: string): SalvageReport {
  if (!existsSync(file)) throw refusal(file, "there is no store", "Name the data directory with --data.");
  if (existsSync(folder))
    throw refusal(folder, "it already exists, and is not replaced", "Name another folder.");
  const lock = takeLock(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return salvageInto(file, join(folder, "assay.db"));
  } catch (error) {
    throw asProblem(error, file);
  } finally {
    lock.release();
  }
}

function refusal(file: string, cause_text: string, remedy: string): AssayError {
  return new AssayError({ code: "file_unreadable", file, cause_text, remedy });
}

function salvageInto(file: string, target: string): SalvageReport {
  const source = openReadable(file, join(dirname(target), "copy.db"));
  try {
    const writesLost = lostWrites(file, source);
    const doubtful = doubtfulTables(source, changedPagesOf(file));
    create(target);
    const to = new DatabaseSync(target);
    let found: Pick<SalvageReport, "tables"> & RulesReport;
    try {
      const tables = copyRows(source.db, to);
      const suspensions = tables.find(({ table }) => table === "suspensions");
      const isRead = suspensions?.complete === true && suspensions.dropped === 0;
      const isLost = !isRead || doubtful.some((table) => table === "suspensions" || table === "unknown");
      found = { tables, ...restoreRules(to, isLost || (writesLost ?? 1) > 0) };
      const isComplete = tables.every(({ dropped, complete }) => dropped === 0 && complete);
      const isWhole = writesLost === 0 && isComplete && doubtful.length + found.epochsDropped.length === 0;
      if (!isWhole) noteCopied(to, systemClock.nowMs());
    } finally {
      to.close();
    }
    // A start does the same: what it refuses is no store.
    openFile(target).close();
    return { file: target, writesLost, doubtful, suspects: source.suspects, ...found };
  } finally {
    source.discard();
  }
}

function doubtfulTables({ db }: Readable, pages: readonly number[]): string[] {
  const find = `SELECT DISTINCT tbl_name AS name FROM dbstat JOIN sqlite_schema USING (name)
    WHERE pageno IN (SELECT value FROM json_each(?))`;
  try {
    return db
      .prepare(find)
      .all(JSON.stringify(pages))
      .map((row) => text(row, "name"));
  } catch {
    // The pages that say which table is where are damaged themselves.
    return pages.length === 0 ? [] : ["unknown"];
  }
}

function lostWrites(file: string, { db }: Readable): number | null {
  const mark = readMark(file);
  if (typeof mark === "string") return null;
  try {
    const seal = readSeal(db);
    return seal === null ? null : Math.max(0, mark.writes - seal.writes);
  } catch {
    return null;
  }
}
