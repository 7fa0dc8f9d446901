import { causeText } from "../../core/problems/assayError.ts";
import { isTransient } from "../../core/problems/transient.ts";
import type { WorkDelta } from "../../flow/job.ts";
import type { DispatchModules } from "../ports.ts";

type LedgerModules = Pick<DispatchModules, "log" | "workRecorded"> & {
  readonly records: Pick<DispatchModules["records"], "addWork">;
};

/** Since the last record. Credit and debit in reference ms. */
interface Account {
  readonly lane: string;
  readonly hotkey: string;
  credit: number;
  debit: number;
  accepted: number;
  failed: number;
}

/** One account per lane and hotkey. */
class Accounts {
  readonly all: Account[] = [];
  readonly #lanes = new Map<string, Map<string, Account>>();

  of(lane: string, hotkey: string): Account {
    let hotkeys = this.#lanes.get(lane);
    if (hotkeys === undefined) {
      hotkeys = new Map();
      this.#lanes.set(lane, hotkeys);
    }
    const known = hotkeys.get(hotkey);
    if (known !== undefined) return known;
    const fresh = { lane, hotkey, credit: 0, debit: 0, accepted: 0, failed: 0 };
    hotkeys.set(hotkey, fresh);
    this.all.push(fresh);
    return fresh;
  }

  /** Takes the hotkey's credit in all lanes. */
  forfeit(hotkey: string): void {
    for (const hotkeys of this.#lanes.values()) {
      const account = hotkeys.get(hotkey);
      if (account !== undefined) account.credit = 0;
    }
  }
}

/**
 * Work of miners since the last record, one account per lane and hotkey; recorded several times a second rather than per job.
 * While a hotkey's cheat is being recorded its credit is withheld, so that none is recorded after the forfeit.
 */
export class Ledger {
  readonly #modules: LedgerModules;
  readonly #failed: () => void;
  #accounts = new Accounts();
  /** The accounts being recorded. */
  #underway = new Accounts();
  readonly #withheld = new Map<string, number>();
  #flushing: Promise<void> | null = null;

  constructor(modules: LedgerModules, failed: () => void) {
    this.#modules = modules;
    this.#failed = failed;
  }

  /** Adds an answer accepted without a check. */
  accepted(lane: string, hotkey: string, credit: number): void {
    const account = this.#accounts.of(lane, hotkey);
    account.accepted++;
    if (!this.#withheld.has(hotkey)) account.credit += credit;
  }

  failed(lane: string, hotkey: string, debit: number): void {
    const account = this.#accounts.of(lane, hotkey);
    account.failed++;
    account.debit += debit;
  }

  /** Drops the hotkey's unrecorded credit, and adds none until `release`; calls nest. */
  withhold(hotkey: string): void {
    this.#withheld.set(hotkey, (this.#withheld.get(hotkey) ?? 0) + 1);
    this.#accounts.forfeit(hotkey);
    this.#underway.forfeit(hotkey);
  }

  isWithheld(hotkey: string): boolean {
    return this.#withheld.has(hotkey);
  }

  release(hotkey: string): void {
    const held = (this.#withheld.get(hotkey) ?? 0) - 1;
    if (held > 0) this.#withheld.set(hotkey, held);
    else this.#withheld.delete(hotkey);
  }

  /**
   * Records all accounts, one record at a time. While the store is down they are kept for the next; an account that the store can
   * never take is dropped, and holds up no other. Never rejects.
   */
  flush(at: number, block: number): Promise<void> {
    this.#flushing ??= this.#flush(at, block).finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async #flush(at: number, block: number): Promise<void> {
    const accounts = this.#accounts;
    if (accounts.all.length === 0) return;
    this.#accounts = new Accounts();
    this.#underway = accounts;
    await this.#write(accounts.all, { at, block });
    this.#underway = new Accounts();
  }

  async #write(accounts: readonly Account[], when: Pick<WorkDelta, "at" | "block">): Promise<void> {
    const { records, workRecorded, log } = this.#modules;
    const deltas = accounts.map((account): WorkDelta => ({ ...account, ...when }));
    try {
      await records.addWork(deltas);
      workRecorded(deltas);
    } catch (error) {
      this.#failed();
      log.error("work_not_recorded", { hotkeys: deltas.length, cause: causeText(error) });
      if (isTransient(error)) for (const account of accounts) this.#merge(account);
      else if (accounts.length > 1) for (const account of accounts) await this.#write([account], when);
      else log.error("work_lost", { hotkey: accounts[0]?.hotkey, cause: causeText(error) });
    }
  }

  #merge({ lane, hotkey, credit, debit, accepted, failed }: Account): void {
    const account = this.#accounts.of(lane, hotkey);
    if (!this.#withheld.has(hotkey)) account.credit += credit;
    account.debit += debit;
    account.accepted += accepted;
    account.failed += failed;
  }
}
