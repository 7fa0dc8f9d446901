import { timingSafeEqual } from "node:crypto";
import { Buckets } from "../admit/buckets.ts";
import type { Clock } from "../core/clock.ts";
import { sha256 } from "../core/hash.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Random } from "../core/random.ts";
import { type CustomerToken, isTokenId, TOKENS_MAX } from "../flow/customerToken.ts";
import type { Store } from "../flow/store.ts";

export interface CustomerTokensOptions {
  /** Requests of one token. */
  readonly burst: number;
  readonly perSecond: number;
}

export interface CustomerTokensModules {
  readonly store: Pick<
    Store,
    "customerTokens" | "addCustomerToken" | "revokeCustomerToken" | "useCustomerTokens"
  >;
  readonly clock: Clock;
  readonly random: Random;
}

/** A new token; its text is shown this once. */
export interface NewToken {
  readonly token: CustomerToken;
  /** `ID.SECRET` */
  readonly text: string;
}

interface Known {
  readonly token: CustomerToken;
  readonly hash: Uint8Array;
  /** Since the last record; null for none. */
  usedAt: number | null;
}

const noHash = new Uint8Array(32);

/**
 * Customers' tokens: the id finds the token, and the hash of the secret is compared in constant time. All are in memory, so that
 * a request reads nothing; a change is on record before it counts.
 */
export class CustomerTokens {
  readonly #modules: CustomerTokensModules;
  readonly #known = new Map<string, Known>();
  readonly #buckets: Buckets;

  /** Throws `store_unavailable`. */
  static async load(options: CustomerTokensOptions, modules: CustomerTokensModules): Promise<CustomerTokens> {
    return new CustomerTokens(options, modules, await modules.store.customerTokens());
  }

  private constructor(
    options: CustomerTokensOptions,
    modules: CustomerTokensModules,
    tokens: readonly CustomerToken[],
  ) {
    this.#modules = modules;
    this.#buckets = new Buckets({ ...options, keys: TOKENS_MAX });
    for (const token of tokens) this.#put(token);
  }

  /** Takes over the tokens that other processes made or revoked. Throws `store_unavailable`. */
  async reload(): Promise<void> {
    const tokens = await this.#modules.store.customerTokens();
    const present = new Set(tokens.map(({ tokenId }) => tokenId));
    for (const id of this.#known.keys()) if (!present.has(id)) this.#known.delete(id);
    for (const token of tokens) {
      const usedAt = this.#known.get(token.tokenId)?.usedAt ?? null;
      this.#put(token);
      const known = this.#known.get(token.tokenId);
      if (known !== undefined) known.usedAt = usedAt;
    }
  }

  /** The id of the token with this text, which counts as a use; null for no token that is valid now. */
  authenticate(text: string): string | null {
    const dot = text.indexOf(".");
    const known = this.#known.get(text.slice(0, Math.max(dot, 0)));
    const isRight = timingSafeEqual(sha256(text.slice(dot + 1)), known?.hash ?? noHash);
    if (known === undefined || !isRight || known.token.revokedAt !== null) return null;
    known.usedAt = this.#modules.clock.nowMs();
    return known.token.tokenId;
  }

  /** Takes one request of the token. Throws `customer_rate_limited`. */
  take(tokenId: string): void {
    const waitMs = this.#buckets.take(tokenId, this.#modules.clock.monotonicMs());
    if (waitMs > 0)
      throw new AssayError({ code: "customer_rate_limited", retry_after_s: Math.ceil(waitMs / 1000) });
  }

  /** Throws `token_limit`. */
  async create(name: string): Promise<NewToken> {
    const { store, clock, random } = this.#modules;
    const secret = Buffer.from(random.bytes(32)).toString("base64url");
    const tokenId = `tk_${Buffer.from(random.bytes(8)).toString("hex")}`;
    const token = {
      ...{ tokenId, name, secretSha256: Buffer.from(sha256(secret)).toString("hex") },
      ...{ createdAt: clock.nowMs(), lastUsedAt: null, revokedAt: null },
    };
    if (!(await store.addCustomerToken(token, TOKENS_MAX)))
      throw new AssayError({ code: "token_limit", limit: TOKENS_MAX });
    this.#put(token);
    return { token, text: `${tokenId}.${secret}` };
  }

  /** A revoked one again keeps its time. Throws `token_not_found`. */
  async revoke(tokenId: string): Promise<CustomerToken> {
    const { store, clock } = this.#modules;
    const token = isTokenId(tokenId) ? await store.revokeCustomerToken(tokenId, clock.nowMs()) : null;
    if (token === null) throw new AssayError({ code: "token_not_found", token_id: tokenId });
    this.#put(token);
    return this.#view(this.#known.get(tokenId)) ?? token;
  }

  /** Oldest first. */
  list(): CustomerToken[] {
    return [...this.#known.values()].flatMap((known) => this.#view(known) ?? []);
  }

  /** For people; null for a token that is no longer on record. */
  nameOf(tokenId: string): string | null {
    return this.#known.get(tokenId)?.token.name ?? null;
  }

  /** Records when tokens were used, and forgets those that retention dropped. Called by a timer. */
  async flush(): Promise<void> {
    const { store } = this.#modules;
    const used = [...this.#known.values()].filter(({ usedAt }) => usedAt !== null);
    if (used.length > 0)
      await store.useCustomerTokens(
        used.map(({ token: { tokenId }, usedAt }) => ({ tokenId, at: usedAt ?? 0 })),
      );
    const kept = new Set((await store.customerTokens()).map(({ tokenId }) => tokenId));
    for (const [tokenId, { token }] of this.#known)
      if (token.revokedAt !== null && !kept.has(tokenId)) this.#known.delete(tokenId);
  }

  #view(known: Known | undefined): CustomerToken | null {
    if (known === undefined) return null;
    return { ...known.token, lastUsedAt: known.usedAt ?? known.token.lastUsedAt };
  }

  #put(token: CustomerToken): void {
    const usedAt = this.#known.get(token.tokenId)?.usedAt ?? null;
    const hash = new Uint8Array(Buffer.from(token.secretSha256, "hex"));
    this.#known.set(token.tokenId, { token, hash: hash.length === 32 ? hash : noHash, usedAt });
  }
}
