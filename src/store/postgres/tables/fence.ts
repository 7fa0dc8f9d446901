import { AssayError } from "../../../core/problems/assayError.ts";
import type { Fence } from "../../../flow/leases.ts";
import { first, NOW, type Sql, statement } from "../sql.ts";

/** The row's lock lasts to the end of the transaction: a take-over waits for it, or is seen. */
const held = statement(
  "fence",
  `SELECT 1 FROM leases WHERE name = $1 AND token = $2 AND until > ${NOW} FOR SHARE`,
);

/** Throws `fenced_off` unless the lease is held under that token; nothing without a fence. */
export async function requireFence(sql: Sql, fence: Fence | undefined): Promise<void> {
  if (fence === undefined || (await first(sql, held, [fence.name, fence.token])) !== undefined) return;
  throw new AssayError({ code: "fenced_off", lease: fence.name, token: fence.token });
}
