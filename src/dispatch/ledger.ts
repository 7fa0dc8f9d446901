import { causeText } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { WorkDelta } from "../flow/job.ts";
import type { Store } from "../flow/store.ts";

/** Since the last record. Credit and debit in reference ms. */
interface Account {
  readonly lane: string;
  readonly hotkey: string;
  credit: number;
  debit: number;
  accepted: number;
  failed: number;
}

/**
 * What miners did since it was last recorded, one account a lane and hotkey; recorded several times a second rather than a
 * job at a time. While a hotkey's cheat is being recorded its credit is withheld, so that none can slip in behind the forfeit.
 */
export class Ledger {
  readonly #records: Pick<Store, "addWork">;
  readonly #log: Log;
  readonly #failed: () => void;
  #accounts = new Map<string, Account>();
  /** What is being recorded. */
  #underway: ReadonlyMap<string, Account> = new Map();
  readonly #withheld = new Map<string, number>();
  #flushing: Promise<void> | null = null;

  constructor(records: Pick<Store, "addWork">, log: Log, failed: () => void) {
    this.#records = records;
    this.#log = log;
    this.#failed = failed;
  }

  /** An answer taken without a check. */
  accepted(lane: string, hotkey: string, credit: number): void {
    const account = this.#account(lane, hotkey);
    account.accepted++;
    if (!this.#withheld.has(hotkey)) account.credit += credit;
  }

  failed(lane: string, hotkey: string, debit: number): void {
    const account = this.#account(lane, hotkey);
    account.failed++;
    account.debit += debit;
  }

  /** Drops what is not recorded of the hotkey's credit, and takes none until `release`; calls nest. */
  withhold(hotkey: string): void {
    this.#withheld.set(hotkey, (this.#withheld.get(hotkey) ?? 0) + 1);
    for (const accounts of [this.#accounts, this.#underway])
      for (const account of accounts.values()) if (account.hotkey === hotkey) account.credit = 0;
  }

  isWithheld(hotkey: string): boolean {
    return this.#withheld.has(hotkey);
  }

  release(hotkey: string): void {
    const held = (this.#withheld.get(hotkey) ?? 0) - 1;
    if (held > 0) this.#withheld.set(hotkey, held);
    else this.#withheld.delete(hotkey);
  }

  /** Records what there is; one record at a time. What the store does not take is kept for the next. Never rejects. */
  flush(at: number, block: number): Promise<void> {
    this.#flushing ??= this.#flush(at, block).finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async #flush(at: number, block: number): Promise<void> {
    if (this.#accounts.size === 0) return;
    const accounts = this.#accounts;
    this.#accounts = new Map();
    this.#underway = accounts;
    const deltas = Array.from(accounts.values(), (account): WorkDelta => ({ ...account, at, block }));
    try {
      await this.#records.addWork(deltas);
    } catch (error) {
      this.#failed();
      this.#log.error("work_not_recorded", { hotkeys: deltas.length, cause: causeText(error) });
      for (const account of accounts.values()) this.#merge(account);
    }
    this.#underway = new Map();
  }

  #merge({ lane, hotkey, credit, debit, accepted, failed }: Account): void {
    const account = this.#account(lane, hotkey);
    if (!this.#withheld.has(hotkey)) account.credit += credit;
    account.debit += debit;
    account.accepted += accepted;
    account.failed += failed;
  }

  #account(lane: string, hotkey: string): Account {
    const key = `${lane} ${hotkey}`;
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const fresh = { lane, hotkey, credit: 0, debit: 0, accepted: 0, failed: 0 };
    this.#accounts.set(key, fresh);
    return fresh;
  }
}
