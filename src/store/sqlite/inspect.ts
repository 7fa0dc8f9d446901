import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../core/problems/assayError.ts";
import { isOurs, knownVersion, schemaVersion } from "./migrations/migrate.ts";
import { customerJobOf } from "./tables/customerJobs.ts";
import { openSampleOf } from "./tables/draws.ts";
import { epochOf } from "./tables/epochs.ts";
import { logHeadOf } from "./tables/heads.ts";
import { text, Unreadable } from "./tables/rows.ts";
import { standingOperations } from "./tables/standing.ts";
import { pendingOf, pendingSelect } from "./tables/submissions.ts";

/** Decodes every row that a start depends on; throws `Unreadable` on the first that is damaged. */
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
}

/** Looks at an existing store through a connection that cannot write. Throws `Unreadable`, or `store_too_new`. */
export function inspect(file: string): void {
  // An empty file is a valid database to SQLite, and a lost one to us: ours are never empty.
  if (statSync(file).size === 0) throw new Unreadable("the file is empty");
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    if (!isOurs(db)) throw new Unreadable("the file is not a store of assay");
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
