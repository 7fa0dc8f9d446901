/** A customer's token, without its secret. */
export interface CustomerToken {
  /** `tk_` and 16 hex digits. */
  readonly tokenId: string;
  /** For people. */
  readonly name: string;
  readonly secretSha256: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

/** When a token was last used. */
export interface TokenUse {
  readonly tokenId: string;
  readonly at: number;
}

/** The most tokens on record, those included that were revoked less than a week ago. */
export const TOKENS_MAX = 1024;

const tokenIdPattern = /^tk_[0-9a-f]{16}$/;

export function isTokenId(text: string): boolean {
  return tokenIdPattern.test(text);
}
