import { addressKey } from "../../core/address.ts";

/** Counts what each address has open, up to a limit; an IPv6 address counts by its /64. Its size is that of what is open. */
export class PerAddress {
  readonly limit: number;
  readonly #open = new Map<string, number>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Counts one more, and returns what takes it back, once; null at the limit. */
  enter(address: string): (() => void) | null {
    const key = addressKey(address);
    const open = this.#open.get(key) ?? 0;
    if (open >= this.limit) return null;
    this.#open.set(key, open + 1);
    let left = false;
    return () => {
      if (!left) this.#leave(key);
      left = true;
    };
  }

  #leave(key: string): void {
    const open = this.#open.get(key) ?? 0;
    if (open <= 1) this.#open.delete(key);
    else this.#open.set(key, open - 1);
  }
}
