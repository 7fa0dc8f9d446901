import type { CustomerToken, TokenUse } from "../../../flow/customerToken.ts";
import { customerTokenOf } from "../../records/customerToken.ts";
import { integer } from "../../records/rows.ts";
import { lockAdvisory } from "../advisory.ts";
import { first, type Sql, statement } from "../sql.ts";
import { read, write } from "./operation.ts";

const all = statement("tokens", "SELECT * FROM customer_tokens ORDER BY created_at, token_id");
const count = statement("token_count", "SELECT count(*) AS n FROM customer_tokens");
const insert = statement(
  "token_add",
  `INSERT INTO customer_tokens (token_id, name, secret_sha256, created_at, last_used_at, revoked_at)
    VALUES ($1, $2, $3, $4, $5, $6)`,
);
const revoke = statement(
  "token_revoke",
  "UPDATE customer_tokens SET revoked_at = coalesce(revoked_at, $1) WHERE token_id = $2 RETURNING *",
);
const lock = statement(
  "token_lock",
  "SELECT 1 FROM customer_tokens WHERE token_id = ANY($1::text[]) ORDER BY token_id FOR NO KEY UPDATE",
);
const use = statement(
  "token_use",
  `UPDATE customer_tokens t SET last_used_at = u.at FROM unnest($1::text[], $2::float8[]) AS u (token_id, at)
    WHERE t.token_id = u.token_id`,
);

export const customerTokenOperations = {
  customerTokens: read(
    async (sql: Sql): Promise<CustomerToken[]> => (await sql.rows(all)).map(customerTokenOf),
  ),
  addCustomerToken: write(async (sql: Sql, token: CustomerToken, most: number): Promise<boolean> => {
    await lockAdvisory(sql, "customerTokens");
    if (integer(await first(sql, count), "n") >= most) return false;
    const { tokenId, name, secretSha256, createdAt, lastUsedAt, revokedAt } = token;
    await sql.run(insert, [tokenId, name, secretSha256, createdAt, lastUsedAt, revokedAt]);
    return true;
  }),
  revokeCustomerToken: write(async (sql: Sql, tokenId: string, at: number): Promise<CustomerToken | null> => {
    const row = await first(sql, revoke, [at, tokenId]);
    return row === undefined ? null : customerTokenOf(row);
  }),
  useCustomerTokens: write(async (sql: Sql, uses: readonly TokenUse[]): Promise<void> => {
    if (uses.length === 0) return;
    // Of several uses of a token the last one counts.
    const last = new Map(uses.map(({ tokenId, at }) => [tokenId, at]));
    const ids = [...last.keys()];
    await Promise.all([sql.rows(lock, [ids]), sql.run(use, [ids, [...last.values()]])]);
  }),
};
