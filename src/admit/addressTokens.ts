import { addressKey } from "../core/address.ts";
import type { Clock } from "../core/clock.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { TokenKind } from "../flow/caller.ts";
import { Buckets } from "./buckets.ts";
import { admitLimits, wholeSeconds } from "./limits.ts";

export interface AddressTokensModules {
  readonly clock: Clock;
  readonly refused: (kind: TokenKind) => void;
}

/**
 * The tokens of an address: one per request, taken before anything about the request costs anything, and one per piece of a long
 * answer. Signed requests, public reads, probes and scrapes have buckets of their own; those of reads are never small.
 */
export class AddressTokens {
  readonly #modules: AddressTokensModules;
  readonly #buckets: Readonly<Record<TokenKind, Buckets>>;
  readonly #pieces: Buckets;

  constructor({ perIpPerMin }: { readonly perIpPerMin: number }, modules: AddressTokensModules) {
    const { addresses, fewAddresses, piecesAtOnce, readsPerMinute } = admitLimits;
    const reads = Math.max(perIpPerMin, readsPerMinute.value);
    const bucket = (keys: number, perMinute: number, burst = perMinute) =>
      new Buckets({ burst, perSecond: perMinute / 60, keys });
    this.#modules = modules;
    this.#buckets = {
      signed: bucket(addresses.value, perIpPerMin),
      public: bucket(addresses.value, reads),
      probe: bucket(fewAddresses.value, reads),
      metrics: bucket(fewAddresses.value, reads),
    };
    this.#pieces = bucket(fewAddresses.value, reads, piecesAtOnce.value);
  }

  /** Milliseconds until the address has a token; 0 when one was taken. */
  waitMs(ip: string, kind: TokenKind): number {
    const waitMs = this.#buckets[kind].take(addressKey(ip), this.#modules.clock.monotonicMs());
    if (waitMs > 0) this.#modules.refused(kind);
    return waitMs;
  }

  /** Throws `ip_rate_limited`. */
  take(ip: string, kind: TokenKind): void {
    const waitMs = this.waitMs(ip, kind);
    if (waitMs > 0) throw new AssayError({ code: "ip_rate_limited", retry_after_s: wholeSeconds(waitMs) });
  }

  /** Resolves when this part of a long answer may be sent: readers at one address share one speed. */
  async paced(ip: string, characters: number): Promise<void> {
    const tokens = Math.ceil(characters / admitLimits.pieceLength.value);
    const waitMs = this.#pieces.debit(addressKey(ip), tokens, this.#modules.clock.monotonicMs());
    if (waitMs === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, waitMs).unref();
    await promise;
  }
}
