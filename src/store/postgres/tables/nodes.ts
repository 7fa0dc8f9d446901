import {
  NODES_LISTED,
  type NodeOrder,
  type NodeRecord,
  type NodeStart,
  type NodeState,
} from "../../../flow/nodes.ts";
import { NODE_KEPT_MS, nodeOf, rolesText } from "../../records/node.ts";
import { flag, integer, real } from "../../records/rows.ts";
import { first, NOW, type Sql, statement } from "../sql.ts";
import { alone, read } from "./operation.ts";

/** Nodes that a join forgets. */
const FORGOTTEN_AT_ONCE = 64;

/** The tokens of the nodes that live. */
export const LIVING = `SELECT token FROM nodes WHERE until > ${NOW}`;

const forget = statement(
  "nodes_forget",
  `DELETE FROM nodes WHERE token IN (SELECT token FROM nodes WHERE until <= ${NOW} - ${NODE_KEPT_MS}
    ORDER BY token LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
);
const join = statement(
  "node_join",
  `INSERT INTO nodes (name, roles, version, url, joined_at, until, cordoned, draining)
    SELECT $1, $2, $3, $4, c.now, c.now + $5::float8, 0, 0 FROM (SELECT ${NOW} AS now OFFSET 0) c RETURNING token`,
);
const renew = statement(
  "node_renew",
  `UPDATE nodes SET until = ${NOW} + $2::float8 WHERE token = $1 AND until > ${NOW} RETURNING cordoned, draining`,
);
const end = statement("node_end", `UPDATE nodes SET until = least(until, ${NOW}) WHERE token = $1`);
const endLeases = statement(
  "node_end_leases",
  `UPDATE leases SET until = least(until, ${NOW}) WHERE holder = $1`,
);
const dropStreams = statement("node_drop_streams", "DELETE FROM streams WHERE node = $1");
const list = statement(
  "nodes",
  `SELECT n.*, c.now FROM (SELECT ${NOW} AS now OFFSET 0) c JOIN nodes n ON n.until > c.now - ${NODE_KEPT_MS}
    ORDER BY n.until DESC, n.token DESC LIMIT ${NODES_LISTED}`,
);
const order = statement(
  "node_order",
  `UPDATE nodes SET cordoned = $1, draining = coalesce($2, draining)
    WHERE (token = $3 OR name = $4) AND until > ${NOW}`,
);
const living = statement("node_lives", `SELECT 1 FROM nodes WHERE token = $1 AND until > ${NOW}`);

const orders: Readonly<Record<NodeOrder, { readonly cordoned: number; readonly draining: number | null }>> = {
  cordon: { cordoned: 1, draining: null },
  uncordon: { cordoned: 0, draining: 0 },
  drain: { cordoned: 1, draining: 1 },
};

export async function isLiving(sql: Sql, token: number): Promise<boolean> {
  return (await first(sql, living, [token])) !== undefined;
}

/** Each on its own, so that no lease is late because a group waits. */
export const nodeOperations = {
  joinNode: alone(
    async (sql: Sql, { name, roles, version, url }: NodeStart, ttlMs: number): Promise<number> => {
      await sql.run(forget);
      const row = await first(sql, join, [name, rolesText(roles), version, url ?? null, ttlMs]);
      return integer(row, "token");
    },
  ),
  renewNode: alone(async (sql: Sql, token: number, ttlMs: number): Promise<NodeState> => {
    const row = await first(sql, renew, [token, ttlMs]);
    if (row === undefined) return { alive: false, cordoned: false, draining: false };
    return { alive: true, cordoned: flag(row, "cordoned"), draining: flag(row, "draining") };
  }),
  leaveNode: alone(async (sql: Sql, token: number): Promise<void> => {
    await Promise.all([end, endLeases, dropStreams].map((one) => sql.run(one, [token])));
  }),
  nodes: read(async (sql: Sql): Promise<NodeRecord[]> => {
    return (await sql.rows(list)).map((row) => nodeOf(row, real(row, "now")));
  }),
  orderNode: alone(async (sql: Sql, node: number | string, what: NodeOrder): Promise<number> => {
    const { cordoned, draining } = orders[what];
    const [token, name] = typeof node === "number" ? [node, null] : [null, node];
    return sql.run(order, [cordoned, draining, token, name]);
  }),
};
