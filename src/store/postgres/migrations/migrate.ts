import { AssayError } from "../../../core/problems/assayError.ts";
import { integer } from "../../records/rows.ts";
import type { Connection } from "../connection.ts";
import { first, statement } from "../sql.ts";
import { migrations } from "./list.ts";

/** The schema version that this code reads and writes. */
export const knownVersion = migrations.length;

/** "ASSY": the process that holds it migrates. */
const LOCK = 0x41535359;

// From the table of tables: a session that looked before it waited for the lock goes on believing what `to_regclass` told it.
const exists = statement(
  "schema_exists",
  `SELECT count(*) AS ours FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relname = 'assay_schema'`,
);
const version = statement("schema_version", "SELECT version FROM assay_schema");
const relations = statement(
  "schema_relations",
  "SELECT count(*) AS n FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')",
);

/** The version of the schema; 0 when there is none. */
export async function versionOf(connection: Connection): Promise<number> {
  if (integer(await first(connection, exists), "ours") === 0) return 0;
  return integer(await first(connection, version), "version");
}

async function isEmpty(connection: Connection): Promise<boolean> {
  return integer(await first(connection, relations), "n") === 0;
}

function refuseNewer(found: number, shown: string): void {
  if (found > knownVersion)
    throw new AssayError({ code: "store_too_new", file: shown, version: found, known: knownVersion });
}

/** Asked, under the lock, before a schema of an earlier version is brought up; throws to refuse it. */
export type BeforeUpgrade = (version: number) => void;

/** Refuses what cannot be undone until the operator says that there is a backup. */
export const refuseUpgrade =
  (file: string): BeforeUpgrade =>
  (version) => {
    throw new AssayError({ code: "store_too_old", file, version, known: knownVersion });
  };

/** Brings the schema up in one transaction; of several processes one does it, and the others wait. `store_too_new`, `store_foreign`. */
export async function migrate(connection: Connection, shown: string, before: BeforeUpgrade): Promise<void> {
  const found = await versionOf(connection);
  refuseNewer(found, shown);
  if (found === knownVersion) return;
  connection.begin();
  try {
    await connection.command("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0");
    await connection.command(`SELECT pg_advisory_xact_lock(${LOCK})`);
    await bringUp(connection, shown, before);
  } catch (error) {
    await connection.rollback();
    throw error;
  }
  await connection.commit();
}

async function bringUp(connection: Connection, shown: string, before: BeforeUpgrade): Promise<void> {
  const found = await versionOf(connection);
  refuseNewer(found, shown);
  if (found > 0 && found < knownVersion) before(found);
  if (found === 0) {
    if (!(await isEmpty(connection))) throw new AssayError({ code: "store_foreign", file: shown });
    await connection.command("CREATE TABLE assay_schema (version integer NOT NULL)");
    await connection.command("INSERT INTO assay_schema VALUES (0)");
  }
  for (const step of migrations.slice(found)) await connection.command(step);
  await connection.command(`UPDATE assay_schema SET version = ${knownVersion}`);
}
