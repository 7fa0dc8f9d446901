import type { KeyObject } from "node:crypto";
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { ed25519PublicKey, verifyDocument } from "../../core/ed25519.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { logHeadOf } from "../records/logHead.ts";
import { integer, text, Unreadable } from "../records/rows.ts";
import { checkChains, checkRows } from "../sqlite/inspect.ts";
import { knownVersion, schemaVersion } from "../sqlite/migrations/migrate.ts";

/** What was looked at, and found whole. */
export interface VerifiedCopy {
  readonly epochs: number;
  readonly heads: number;
  /** Signed heads whose key is not known here, so that the signature was not checked. */
  readonly heads_unchecked: number;
}

/** Public keys by their ids: `x` of the JWK. */
export type PublicKeys = ReadonlyMap<string, string>;

/**
 * Opens a copy and examines it in full: SQLite's integrity check, every row that a start needs, the log of every epoch from its
 * commitment to its head, and the signatures of signed heads. Rows of an earlier schema are read once a start has brought it up.
 * Throws `backup_damaged`.
 */
export function verifyCopy(file: string, keys: PublicKeys): VerifiedCopy {
  try {
    return examine(file, keys);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError({ code: "backup_damaged", file, cause_text: causeText(error) }, { cause: error });
  } finally {
    for (const suffix of ["-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
  }
}

function examine(file: string, keys: PublicKeys): VerifiedCopy {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const version = schemaVersion(db);
    if (version > knownVersion)
      throw new AssayError({ code: "store_too_new", file, version, known: knownVersion });
    const faults = db
      .prepare("PRAGMA integrity_check(20)")
      .all()
      .map((row) => text(row, "integrity_check"));
    if (faults[0] !== "ok") throw new Unreadable(faults.join("; "), null);
    if (version < knownVersion) return { epochs: 0, heads: 0, heads_unchecked: 0 };
    checkRows(db);
    checkChains(db, "");
    const epochs = integer(db.prepare("SELECT count(*) AS n FROM epochs").get(), "n");
    return { epochs, ...checkHeads(db, keys) };
  } finally {
    db.close();
  }
}

function checkHeads(db: DatabaseSync, keys: PublicKeys): Omit<VerifiedCopy, "epochs"> {
  const objects = new Map<string, KeyObject>();
  for (const [kid, x] of keys) objects.set(kid, ed25519PublicKey(Buffer.from(x, "base64url")));
  let [heads, heads_unchecked] = [0, 0];
  for (const row of db.prepare("SELECT * FROM log_heads ORDER BY epoch, signed_at").iterate()) {
    const head = logHeadOf(row);
    const key = objects.get(head.key_id);
    heads++;
    if (key === undefined) heads_unchecked++;
    else if (!verifyDocument(head, key))
      throw new Unreadable(`the signature of a head of the log of epoch ${head.epoch} does not verify`, null);
  }
  return { heads, heads_unchecked };
}
