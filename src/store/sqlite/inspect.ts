import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../core/problems/assayError.ts";
import { isOurs, knownVersion, schemaVersion } from "./migrations/migrate.ts";
import { customerJobOf } from "./tables/customerJobs.ts";
import { customerTokenOf } from "./tables/customerTokens.ts";
import { openSampleOf } from "./tables/draws.ts";
import { epochOf } from "./tables/epochs.ts";
import { logHeadOf } from "./tables/heads.ts";
import { text, Unreadable } from "./tables/rows.ts";
import { standingOperations } from "./tables/standing.ts";
import { pendingOf, pendingSelect } from "./tables/submissions.ts";

/** Decodes every row that a start needs; throws `Unreadable` on the first damaged one. */
export function checkRows(db: DatabaseSync): void {
  standingOperations(db).standingState.run();
  for (const row of db.prepare("SELECT * FROM epochs WHERE closed_at IS NULL").iterate()) epochOf(row);
  const heads = "SELECT h.* FROM log_heads h JOIN epochs USING (epoch) WHERE closed_at IS NULL";
  for (const row of db.prepare(heads).iterate()) logHeadOf(row);
  for (const row of db.prepare(`${pendingSelect} WHERE s.state = 'pending'`).iterate()) pendingOf(row);
  for (const row of db.prepare("SELECT * FROM open_samples").iterate()) openSampleOf(row);
  for (const row of db.prepare("SELECT * FROM customer_jobs WHERE state = 'queued'").iterate()) {
    customerJobOf(row);
  }
  for (const row of db.prepare("SELECT * FROM customer_tokens").iterate()) customerTokenOf(row);
}

/** Inspects an existing store through a read-only connection. Throws `Unreadable` or `store_too_new`. */
export function inspect(file: string): void {
  // SQLite takes an empty file for a valid database; a store's file is never empty, so its content was lost.
  if (statSync(file).size === 0) throw new Unreadable("the file is empty");
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    if (!isOurs(db)) throw new Unreadable("the file is not an assay store");
    const version = schemaVersion(db);
    if (version > knownVersion) {
      throw new AssayError({ code: "store_too_new", file, version, known: knownVersion });
    }
    const faults = db
      .prepare("PRAGMA quick_check(3)")
      .all()
      .map((row) => text(row, "quick_check"));
    if (faults[0] !== "ok") throw new Unreadable(faults.join("; "));
    if (version === knownVersion) checkRows(db);
  } finally {
    db.close();
  }
}
