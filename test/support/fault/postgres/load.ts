import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { looseTier } from "../../crafted.ts";
import { clientOf, ended } from "../../lanes/sat/answers.ts";
import { checkBooks, checkCounts, checkReplies, checkRows, inState } from "../../miner/books.ts";
import { StubbornMiner } from "../../miner/stubborn.ts";
import { recordsInPostgres } from "../../store/recordsInPostgres.ts";

/** What the load needs of a validator. */
export const loadedConfig = {
  chain: { block_ms: 1000 },
  // A load of full length must not run out of challenges.
  lanes: { sat: { tiers: { 1: { ...looseTier, allotment: 1_000_000 } } } },
  admit: { per_ip_per_min: 10_000_000, per_hotkey: { burst: 100_000, per_s: 100_000 } },
};

/** Receipts that are asked for together: one after the other they take as long as new ones to come, so that each wait is longer than the last. */
const ASKED_AT_ONCE = 16;

/** Miners that insist on every answer, at one or several processes of a validator. */
export class Load {
  readonly miners: readonly StubbornMiner[];
  readonly #running: Promise<unknown>;
  /** How many of each miner's answers are known to have ended. */
  readonly #ended = new Map<StubbornMiner, number>();

  private constructor(miners: readonly StubbornMiner[]) {
    this.miners = miners;
    this.#running = Promise.all(miners.map((miner) => miner.run()));
  }

  /** One miner per name, spread over the URLs. */
  static async on(urls: readonly string[], names: readonly string[]): Promise<Load> {
    const clients = names.map((name, index) => clientOf(urls[index % urls.length] ?? "", name));
    return new Load((await Promise.all(clients)).map((client) => new StubbornMiner(client)));
  }

  acknowledged(): number {
    return this.miners.reduce((sum, miner) => sum + miner.acknowledged.length, 0);
  }

  /** Refusals to try again later, of one code or of all. */
  deferred(code = ""): number {
    const counts = this.miners.flatMap((miner) => [...miner.deferred]);
    return counts.reduce((sum, [key, count]) => (key.endsWith(code) ? sum + count : sum), 0);
  }

  /** Waits until every miner has this many more answers acknowledged. */
  async goesOn(by: number): Promise<void> {
    const goals = this.miners.map((miner) => miner.acknowledged.length + by);
    while (this.miners.some((miner, index) => miner.acknowledged.length < (goals[index] ?? 0)))
      await sleep(10);
  }

  /** Waits for this many more refusals of a code. */
  async defers(code: string, by = 1): Promise<void> {
    const goal = this.deferred(code) + by;
    while (this.deferred(code) < goal) await sleep(10);
  }

  /** Waits for the ends of what was acknowledged by now. */
  async haveEnded(): Promise<void> {
    await Promise.all(
      this.miners.map(async (miner) => {
        const { client, acknowledged } = miner;
        const until = acknowledged.length;
        for (let at = this.#ended.get(miner) ?? 0; at < until; at += ASKED_AT_ONCE) {
          const some = acknowledged.slice(at, Math.min(at + ASKED_AT_ONCE, until));
          await Promise.all(some.map(({ receipt }) => ended(client, receipt.receipt_id)));
        }
        this.#ended.set(miner, until);
      }),
    );
  }

  async stop(): Promise<void> {
    for (const miner of this.miners) miner.stop();
    await this.#running;
  }

  /** Stops; then every acknowledged answer has ended as it deserves, and is known by its receipt. */
  async settle(): Promise<void> {
    await this.stop();
    await Promise.all(this.miners.map(checkReplies));
    await Promise.all(this.miners.map(checkCounts));
    assert.deepEqual(
      this.miners.flatMap((miner) => miner.surprises),
      [],
    );
  }
}

/** Of a validator that is stopped: nothing acknowledged is lost, nothing paid twice, nothing left undecided. Returns what it was like. */
export async function checkRecords(load: Load, url: string): Promise<string> {
  const records = await recordsInPostgres(url);
  checkRows(records, load.miners);
  checkBooks(records);
  const [accepted, rejected, voided] = ["accepted", "rejected", "void"].map(
    (state) => inState(records.submissions, state).length,
  );
  const deferred = JSON.stringify(load.miners.map((miner) => Object.fromEntries(miner.deferred)));
  const lost = load.miners.reduce((sum, miner) => sum + miner.lost, 0);
  return `${accepted} accepted, ${rejected} rejected, ${voided} void; ${lost} without an answer; ${deferred}`;
}
