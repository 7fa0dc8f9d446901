import type { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../../core/problems/assayError.ts";
import type { Fence } from "../../../flow/leases.ts";
import { integer } from "../../records/rows.ts";
import { LivingNodes } from "./nodes.ts";
import { write } from "./operation.ts";

/** Throws `fenced_off` unless the lease is held under that token; nothing without a fence. */
export type FenceCheck = (fence: Fence | undefined) => void;

export function fenceCheck(db: DatabaseSync, now: () => number): FenceCheck {
  const held = db.prepare("SELECT 1 FROM leases WHERE name = ? AND token = ? AND until > ?");
  return (fence) => {
    if (fence === undefined || held.get(fence.name, fence.token, now()) !== undefined) return;
    throw new AssayError({ code: "fenced_off", lease: fence.name, token: fence.token });
  };
}

export function leaseOperations(db: DatabaseSync, now: () => number) {
  const living = new LivingNodes(db, now);
  const renew = db.prepare(
    "UPDATE leases SET until = ?1 WHERE name = ?2 AND holder = ?3 AND until > ?4 RETURNING token",
  );
  const take = db.prepare(`INSERT INTO leases (name, holder, token, until) VALUES (?1, ?2, 1, ?3)
    ON CONFLICT (name) DO UPDATE SET holder = ?2, token = token + 1, until = ?3 WHERE until <= ?4 RETURNING token`);
  const release = db.prepare("UPDATE leases SET until = ?1 WHERE name = ?2 AND token = ?3 AND until > ?1");
  return {
    takeLease: write((name: string, node: number, ttlMs: number): Fence | null => {
      if (!living.has(node)) return null;
      const at = now();
      const row = renew.get(at + ttlMs, name, node, at) ?? take.get(name, node, at + ttlMs, at);
      return row === undefined ? null : { name, token: integer(row, "token") };
    }),
    releaseLease: write(({ name, token }: Fence): void => {
      release.run(now(), name, token);
    }),
  };
}
