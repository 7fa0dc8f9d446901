import type { DatabaseSync } from "node:sqlite";
import type { CustomerToken, TokenUse } from "../../../flow/customerToken.ts";
import { customerTokenOf } from "../../records/customerToken.ts";
import { integer } from "../../records/rows.ts";
import { read, write } from "./operation.ts";

export function customerTokenOperations(db: DatabaseSync) {
  const all = db.prepare("SELECT * FROM customer_tokens ORDER BY created_at, token_id");
  const count = db.prepare("SELECT count(*) AS n FROM customer_tokens");
  const insert = db.prepare("INSERT INTO customer_tokens VALUES (?, ?, ?, ?, ?, ?)");
  const revoke = db.prepare(`UPDATE customer_tokens SET revoked_at = coalesce(revoked_at, ?)
      WHERE token_id = ? RETURNING *`);
  const use = db.prepare("UPDATE customer_tokens SET last_used_at = ? WHERE token_id = ?");
  return {
    customerTokens: read((): CustomerToken[] => all.all().map(customerTokenOf)),
    addCustomerToken: write((token: CustomerToken, most: number): boolean => {
      if (integer(count.get(), "n") >= most) return false;
      const { tokenId, name, secretSha256, createdAt, lastUsedAt, revokedAt } = token;
      insert.run(tokenId, name, secretSha256, createdAt, lastUsedAt, revokedAt);
      return true;
    }),
    revokeCustomerToken: write((tokenId: string, at: number): CustomerToken | null => {
      const row = revoke.get(at, tokenId);
      return row === undefined ? null : customerTokenOf(row);
    }),
    useCustomerTokens: write((uses: readonly TokenUse[]): void => {
      for (const { tokenId, at } of uses) use.run(at, tokenId);
    }),
  };
}
