import type { DatabaseSync } from "node:sqlite";
import { integer } from "../../records/rows.ts";
import { migrations } from "./list.ts";

/** Marks a file as an assay store: "ASSY". */
const APPLICATION_ID = 0x41535359;

/** The schema version that this code reads and writes. */
export const knownVersion = migrations.length;

export function schemaVersion(db: DatabaseSync): number {
  return integer(db.prepare("PRAGMA user_version").get(), "user_version");
}

export function isOurs(db: DatabaseSync): boolean {
  return integer(db.prepare("PRAGMA application_id").get(), "application_id") === APPLICATION_ID;
}

/** Migrates the file to the known version in one transaction; when `verify` throws, nothing has changed. */
export function migrate(db: DatabaseSync, verify: (db: DatabaseSync) => void): void {
  const version = schemaVersion(db);
  if (version === knownVersion) return;
  db.exec("BEGIN EXCLUSIVE");
  try {
    for (const step of migrations.slice(version)) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${knownVersion}`);
    verify(db);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
