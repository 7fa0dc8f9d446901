import { BoundedMap } from "../../../core/queue/boundedMap.ts";
import type { RateSpend, SignatureSpend, Spend, SpendOutcome } from "../../../flow/spend.ts";
import { read } from "./operation.ts";

/** Buckets remembered: as many as admission has of hotkeys, for each of two kinds. One that is forgotten starts full. */
const BUCKETS_MOST = 32_768;

interface Used {
  readonly hotkey: string;
  readonly use: number;
  readonly until: number;
}

type Refused = Exclude<SpendOutcome, { kind: "spent" }>;

const refused = (code: Refused["code"], waitMs = 0): Refused => ({ kind: "refused", code, waitMs });

/** What was spent, in memory: one process has the file, and a restart gives everybody new tokens. */
export class Spent {
  readonly #now: () => number;
  /** When a bucket is full again. */
  readonly #fullAt = new BoundedMap<string, number>(BUCKETS_MOST);
  /** In the order of their uses; as many as a spend allows. */
  readonly #used = new Map<number, Used>();
  readonly #counts = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes all or nothing. */
  take({ hotkey, rate, signature }: Spend): SpendOutcome {
    const now = this.#now();
    const waitMs = rate === undefined ? 0 : this.#fullAtOf(hotkey, rate, now) - rate.toleranceMs - now;
    if (waitMs > 0) return refused("rate_limited", waitMs);
    const refusal = signature === undefined ? null : this.#use(hotkey, signature, now);
    if (refusal !== null) return refusal;
    if (rate !== undefined)
      this.#fullAt.set(`${rate.kind} ${hotkey}`, this.#fullAtOf(hotkey, rate, now) + rate.intervalMs);
    return { kind: "spent" };
  }

  #fullAtOf(hotkey: string, { kind }: RateSpend, now: number): number {
    return Math.max(this.#fullAt.get(`${kind} ${hotkey}`) ?? now, now);
  }

  #use(hotkey: string, signature: SignatureSpend, now: number): Refused | null {
    this.#forget(now);
    const { mark, use, once, windowMs, perHotkey, altogether } = signature;
    const known = this.#used.get(mark);
    if (known !== undefined) return known.use !== use || once ? refused("signature_used") : null;
    const own = this.#counts.get(hotkey) ?? 0;
    if (own >= perHotkey || this.#used.size >= altogether) return refused("too_many_signatures");
    this.#used.set(mark, { hotkey, use, until: now + windowMs });
    this.#counts.set(hotkey, own + 1);
    return null;
  }

  #forget(now: number): void {
    for (const [mark, { hotkey, until }] of this.#used) {
      if (until > now) return;
      this.#used.delete(mark);
      const left = (this.#counts.get(hotkey) ?? 1) - 1;
      if (left === 0) this.#counts.delete(hotkey);
      else this.#counts.set(hotkey, left);
    }
  }
}

export function spendOperations(spent: Spent) {
  return {
    /** A read: it changes nothing in the file, so it needs no commit. */
    spend: read((spends: readonly Spend[]): SpendOutcome[] => spends.map((spend) => spent.take(spend))),
  };
}
