import type { CustomerToken } from "../../flow/customerToken.ts";
import { type Row, real, realOrNull, text } from "./rows.ts";

export function customerTokenOf(row: Row): CustomerToken {
  return {
    tokenId: text(row, "token_id"),
    name: text(row, "name"),
    secretSha256: text(row, "secret_sha256"),
    createdAt: real(row, "created_at"),
    lastUsedAt: realOrNull(row, "last_used_at"),
    revokedAt: realOrNull(row, "revoked_at"),
  };
}
