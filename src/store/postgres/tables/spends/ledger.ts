import type { RateSpend, SignatureSpend, Spend, SpendOutcome, SpendRefusal } from "../../../../flow/spend.ts";

/** The limits of one kind and hotkey, under the lock of their row. Times by the server's clock. */
export interface Purse {
  readonly kind: string;
  readonly hotkey: string;
  /** When the bucket is full again. */
  fullAt: number;
  /** Since when signatures are counted, and how many. */
  windowAt: number;
  noted: number;
  /** From then on the row is as good as none. */
  idleAt: number;
  isChanged: boolean;
}

export interface Mark {
  readonly mark: number;
  readonly use: number;
  readonly until: number;
}

/** The kind of the row that counts a hotkey's signatures; no bucket has an empty name. */
export const SIGNATURES = "";

export const purseKey = (kind: string, hotkey: string): string => `${kind} ${hotkey}`;

const refused = (code: SpendRefusal["code"], waitMs = 0): SpendRefusal => ({ kind: "refused", code, waitMs });

/** Takes what the spends of a group take, in order, of what was read under the locks of their rows. */
export class SpendLedger {
  readonly #now: number;
  readonly #purses: ReadonlyMap<string, Purse>;
  readonly #marks: Map<number, Mark>;
  /** Signatures that are remembered altogether, as far as this process knows. */
  readonly #remembered: number;
  readonly added: Mark[] = [];

  constructor(now: number, purses: readonly Purse[], marks: readonly Mark[], remembered: number) {
    this.#now = now;
    this.#purses = new Map(purses.map((purse) => [purseKey(purse.kind, purse.hotkey), purse]));
    this.#marks = new Map(marks.filter(({ until }) => until > now).map((mark) => [mark.mark, mark]));
    this.#remembered = remembered;
  }

  get changed(): Purse[] {
    return [...this.#purses.values()].filter(({ isChanged }) => isChanged);
  }

  /** Takes all or nothing. */
  take({ hotkey, rate, signature }: Spend): SpendOutcome {
    const waitMs = rate === undefined ? 0 : this.#fullAt(hotkey, rate) - rate.toleranceMs - this.#now;
    if (waitMs > 0) return refused("rate_limited", waitMs);
    const refusal = signature === undefined ? null : this.#use(hotkey, signature);
    if (refusal !== null) return refusal;
    if (rate !== undefined) this.#fill(hotkey, rate);
    return { kind: "spent" };
  }

  /** No bucket is further from full than one that was just emptied: so it is after the clock was set back. */
  #fullAt(hotkey: string, { kind, intervalMs, toleranceMs }: RateSpend): number {
    const { fullAt } = this.#purse(kind, hotkey);
    return Math.min(Math.max(fullAt, this.#now), this.#now + toleranceMs + intervalMs);
  }

  #fill(hotkey: string, rate: RateSpend): void {
    const purse = this.#purse(rate.kind, hotkey);
    purse.fullAt = this.#fullAt(hotkey, rate) + rate.intervalMs;
    purse.idleAt = Math.max(purse.idleAt, purse.fullAt);
    purse.isChanged = true;
  }

  #use(hotkey: string, { mark, use, once, ...bounds }: SignatureSpend): SpendRefusal | null {
    const known = this.#marks.get(mark);
    if (known !== undefined) return known.use !== use || once ? refused("signature_used") : null;
    const { windowMs, perHotkey, altogether } = bounds;
    const purse = this.#purse(SIGNATURES, hotkey);
    const isOver = this.#now >= purse.windowAt + windowMs || this.#now < purse.windowAt;
    const own = isOver ? 0 : purse.noted;
    if (own >= perHotkey || this.#remembered + this.added.length >= altogether)
      return refused("too_many_signatures");
    const noted: Mark = { mark, use, until: this.#now + windowMs };
    this.#marks.set(mark, noted);
    this.added.push(noted);
    if (isOver) purse.windowAt = this.#now;
    purse.noted = own + 1;
    purse.idleAt = Math.max(purse.idleAt, purse.windowAt + windowMs);
    purse.isChanged = true;
    return null;
  }

  #purse(kind: string, hotkey: string): Purse {
    const purse = this.#purses.get(purseKey(kind, hotkey));
    if (purse === undefined) throw new Error("a spend's row was not locked");
    return purse;
  }
}
