import { AssayError } from "../../core/problems/assayError.ts";
import { integer } from "../records/rows.ts";
import type { Connection } from "./connection.ts";
import type { Connector } from "./connector.ts";
import { opened } from "./opened.ts";
import { first, statement } from "./sql.ts";

/** Held by the validator that has the store open. */
const LOCK = 0x41535355;

const take = statement("store_lock", `SELECT pg_try_advisory_lock(${LOCK})::int AS taken`);

/**
 * The lock of a validator that has the store for itself; the server gives it back when the connection ends. Throws `store_in_use`.
 * After the server was restarted the lock is free: it keeps two starts apart, not two that run.
 */
export async function takeStore(connector: Connector, shown: string): Promise<Connection> {
  const connection = await opened(connector, shown);
  if (integer(await first(connection, take), "taken") === 1) return connection;
  await connection.close();
  throw new AssayError({ code: "store_in_use", file: shown });
}
