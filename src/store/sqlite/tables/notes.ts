import type { DatabaseSync } from "node:sqlite";
import type { Fence } from "../../../flow/leases.ts";
import { text } from "../../records/rows.ts";
import type { FenceCheck } from "./leases.ts";
import { read, write } from "./operation.ts";

export function noteOperations(db: DatabaseSync, require: FenceCheck) {
  const get = db.prepare("SELECT value FROM notes WHERE key = ?");
  const set = db.prepare(
    "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const alive = db.prepare("SELECT 1");
  return {
    note: read((key: string): string | null => {
      const row = get.get(key);
      return row === undefined ? null : text(row, "value");
    }),
    setNote: write((key: string, value: string, fence?: Fence): void => {
      require(fence);
      set.run(key, value);
    }),
    // A write, since a store that can only be read is of no use.
    ping: write((): void => {
      alive.get();
    }),
  };
}
