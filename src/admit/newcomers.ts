import { addressKey } from "../core/address.ts";
import { BoundedMap } from "../core/queue/boundedMap.ts";
import { Buckets } from "./buckets.ts";
import { admitLimits } from "./limits.ts";

const HOUR_S = 3600;

/** This host: the operator's own miners, or a proxy that is not listed as trusted, whose address stands for everybody's. */
function isLoopback(key: string): boolean {
  return key.startsWith("127.") || key === addressKey("::1");
}

/** Limits how many hotkeys that were never seen an address brings per hour. A hotkey is counted once while it is remembered here. */
export class Newcomers {
  readonly #buckets: Buckets;
  readonly #counted = new BoundedMap<string, true>(admitLimits.newcomers.value);

  constructor(perAddressHour: number) {
    this.#buckets = new Buckets({
      burst: perAddressHour,
      perSecond: perAddressHour / HOUR_S,
      keys: admitLimits.addresses.value,
    });
  }

  /** 0 when the new hotkey may enter, else the milliseconds until it may. `nowMs` is monotonic. */
  take(ip: string, hotkey: string, nowMs: number): number {
    const key = addressKey(ip);
    if (isLoopback(key) || this.#counted.get(hotkey)) return 0;
    const waitMs = this.#buckets.take(key, nowMs);
    if (waitMs === 0) this.#counted.set(hotkey, true);
    return waitMs;
  }
}
