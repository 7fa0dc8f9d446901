import { AssayError } from "../../core/problems/assayError.ts";
import { integer } from "../records/rows.ts";
import type { Connection } from "./connection.ts";
import type { Connector } from "./connector.ts";
import { opened } from "./opened.ts";
import { first, statement } from "./sql.ts";

/** Held by every process of the validator whose store it is, and alone by a tool that changes it. */
const LOCK = 0x41535355;

const takes = {
  alone: statement("store_lock", `SELECT pg_try_advisory_lock(${LOCK})::int AS taken`),
  shared: statement("store_lock_shared", `SELECT pg_try_advisory_lock_shared(${LOCK})::int AS taken`),
};

/**
 * The lock of those that have the store open, shared or alone; the server gives it back when the connection ends. Throws
 * `store_in_use`. After the server was restarted the lock is free until its holders start again.
 */
export async function takeStore(
  connector: Connector,
  shown: string,
  use: keyof typeof takes,
): Promise<Connection> {
  const connection = await opened(connector, shown);
  if (integer(await first(connection, takes[use]), "taken") === 1) return connection;
  await connection.close();
  throw new AssayError({ code: "store_in_use", file: shown });
}
