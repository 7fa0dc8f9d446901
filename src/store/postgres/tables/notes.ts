import { AssayError } from "../../../core/problems/assayError.ts";
import type { Fence } from "../../../flow/leases.ts";
import { text } from "../../records/rows.ts";
import { withNul, withoutNul } from "../nul.ts";
import { first, type Sql, statement } from "../sql.ts";
import { requireFence } from "./fence.ts";
import { read, write } from "./operation.ts";

const get = statement("note", "SELECT value FROM notes WHERE key = $1");
const set = statement(
  "note_set",
  "INSERT INTO notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
);
const writable = statement(
  "ping",
  "SELECT 1 WHERE NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'",
);

export const noteOperations = {
  note: read(async (sql: Sql, key: string): Promise<string | null> => {
    const row = await first(sql, get, [key]);
    return row === undefined ? null : withNul(text(row, "value"));
  }),
  setNote: write(async (sql: Sql, key: string, value: string, fence?: Fence): Promise<void> => {
    await requireFence(sql, fence);
    await sql.run(set, [key, withoutNul(value)]);
  }),
  // A write, since a store that can only be read is of no use.
  ping: write(async (sql: Sql): Promise<void> => {
    if ((await first(sql, writable)) === undefined)
      throw new AssayError({ code: "store_unavailable", retry_after_s: 1 });
  }),
};
