import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  NODES_LISTED,
  type NodeOrder,
  type NodeRecord,
  type NodeStart,
  type NodeState,
} from "../../../flow/nodes.ts";
import { NODE_KEPT_MS, nodeOf, rolesText } from "../../records/node.ts";
import { flag } from "../../records/rows.ts";
import { counters } from "./counters.ts";
import { read, write } from "./operation.ts";

/** Nodes that a join forgets. */
const FORGOTTEN_AT_ONCE = 64;

/** Only one process has the file: those of before are over. Outside of a transaction. */
export function endEarlierNodes(db: DatabaseSync, now: number): void {
  const living = db.prepare(
    "SELECT 1 FROM nodes WHERE until > ? UNION ALL SELECT 1 FROM leases WHERE until > ? LIMIT 1",
  );
  if (living.get(now, now) === undefined) return;
  db.exec("BEGIN IMMEDIATE");
  db.prepare("UPDATE nodes SET until = ?1 WHERE until > ?1").run(now);
  db.prepare("UPDATE leases SET until = ?1 WHERE until > ?1").run(now);
  db.exec("COMMIT");
}

/** A condition: the owner that the column names is nobody, or has no lease at that time. */
export function unowned(column: string, time: string): string {
  return `NOT EXISTS (SELECT 1 FROM nodes n WHERE n.token = ${column} AND n.until > ${time})`;
}

/** Which nodes have a lease. */
export class LivingNodes {
  readonly #one: StatementSync;
  readonly #now: () => number;

  constructor(db: DatabaseSync, now: () => number) {
    this.#one = db.prepare("SELECT 1 FROM nodes WHERE token = ? AND until > ?");
    this.#now = now;
  }

  has(token: number): boolean {
    return this.#one.get(token, this.#now()) !== undefined;
  }
}

const orders: Readonly<Record<NodeOrder, { readonly cordoned: number; readonly draining: number | null }>> = {
  cordon: { cordoned: 1, draining: null },
  uncordon: { cordoned: 0, draining: 0 },
  drain: { cordoned: 1, draining: 1 },
};

export function nodeOperations(db: DatabaseSync, now: () => number) {
  const insert =
    db.prepare(`INSERT INTO nodes (token, name, roles, version, url, joined_at, until, cordoned, draining)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)`);
  const forget = db.prepare(`DELETE FROM nodes WHERE token IN
    (SELECT token FROM nodes WHERE until <= ? ORDER BY token LIMIT ${FORGOTTEN_AT_ONCE})`);
  const renew = db.prepare(
    "UPDATE nodes SET until = ? WHERE token = ? AND until > ? RETURNING cordoned, draining",
  );
  const end = db.prepare("UPDATE nodes SET until = ?1 WHERE token = ?2 AND until > ?1");
  const endLeases = db.prepare("UPDATE leases SET until = ?1 WHERE holder = ?2 AND until > ?1");
  const dropStreams = db.prepare("DELETE FROM streams WHERE node = ?");
  const list = db.prepare(
    `SELECT * FROM nodes WHERE until > ? ORDER BY until DESC, token DESC LIMIT ${NODES_LISTED}`,
  );
  const order = db.prepare(`UPDATE nodes SET cordoned = ?, draining = coalesce(?, draining)
    WHERE (token = ? OR name = ?) AND until > ?`);
  const numbers = counters(db);

  return {
    joinNode: write(({ name, roles, version, url }: NodeStart, ttlMs: number): number => {
      const at = now();
      forget.run(at - NODE_KEPT_MS);
      const token = numbers.next("node");
      insert.run(token, name, rolesText(roles), version, url ?? null, at, at + ttlMs);
      return token;
    }),
    renewNode: write((token: number, ttlMs: number): NodeState => {
      const at = now();
      const row = renew.get(at + ttlMs, token, at);
      if (row === undefined) return { alive: false, cordoned: false, draining: false };
      return { alive: true, cordoned: flag(row, "cordoned"), draining: flag(row, "draining") };
    }),
    leaveNode: write((token: number): void => {
      const at = now();
      end.run(at, token);
      endLeases.run(at, token);
      dropStreams.run(token);
    }),
    nodes: read((): NodeRecord[] => {
      const at = now();
      return list.all(at - NODE_KEPT_MS).map((row) => nodeOf(row, at));
    }),
    orderNode: write((node: number | string, what: NodeOrder): number => {
      const { cordoned, draining } = orders[what];
      const [token, name] = typeof node === "number" ? [node, null] : [null, node];
      return Number(order.run(cordoned, draining, token, name, now()).changes);
    }),
  };
}
