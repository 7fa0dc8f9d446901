import type { Fence } from "../../../flow/leases.ts";
import { integer } from "../../records/rows.ts";
import { first, NOW, type Sql, statement } from "../sql.ts";
import { alone } from "./operation.ts";

const take = statement(
  "lease_take",
  `INSERT INTO leases AS l (name, holder, token, until)
    SELECT $1, token, 1, ${NOW} + $3::float8 FROM nodes WHERE token = $2 AND until > ${NOW}
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = ${NOW} + $3::float8,
      token = l.token + CASE WHEN l.holder = excluded.holder AND l.until > ${NOW} THEN 0 ELSE 1 END
    WHERE l.holder = excluded.holder OR l.until <= ${NOW}
    RETURNING token`,
);
const release = statement(
  "lease_release",
  `UPDATE leases SET until = least(until, ${NOW}) WHERE name = $1 AND token = $2`,
);

/** Each on its own: while a lease's row is locked its holder, and those that wait for it, wait for nothing else. */
export const leaseOperations = {
  takeLease: alone(async (sql: Sql, name: string, node: number, ttlMs: number): Promise<Fence | null> => {
    const row = await first(sql, take, [name, node, ttlMs]);
    return row === undefined ? null : { name, token: integer(row, "token") };
  }),
  releaseLease: alone(async (sql: Sql, { name, token }: Fence): Promise<void> => {
    await sql.run(release, [name, token]);
  }),
};
