import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { looseTier } from "../crafted.ts";
import { clientOf } from "../lanes/sat/answers.ts";
import { recordsOnDisk } from "../store/recordsOnDisk.ts";
import { removeDir, temporaryDir, type Validator } from "../validator/validator.ts";
import { checkBooks, checkCounts, checkReplies, checkRows } from "./books.ts";
import { StubbornMiner } from "./stubborn.ts";

const LOOK_MS = 50;

/** Of a validator that takes whatever this load sends, and signs weights about once per second. */
export const loadConfig = {
  chain: { block_ms: 200, tempo: 5 },
  lanes: { sat: { tiers: { 1: looseTier } } },
  admit: { per_ip_per_min: 10_000_000, per_hotkey: { burst: 100_000, per_s: 100_000 } },
  judge: { cold_start_blocks: 0 },
};

/** Two stubborn miners that submit until `settle`. */
export class Load {
  readonly miners: readonly StubbornMiner[];
  readonly #running: Promise<unknown>;

  private constructor(miners: readonly StubbornMiner[]) {
    this.miners = miners;
    this.#running = Promise.all(miners.map((miner) => miner.run()));
  }

  static async on(url: string): Promise<Load> {
    const clients = await Promise.all(["//Alice", "//Bob"].map((uri) => clientOf(url, uri)));
    return new Load(clients.map((client) => new StubbornMiner(client)));
  }

  acknowledged(): number {
    return this.miners.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  }

  /** Requests that were refused with 503 and a code. */
  refusals(code: string): number {
    return this.miners.reduce((sum, { deferred }) => sum + (deferred.get(`503 ${code}`) ?? 0), 0);
  }

  /** Requests that ended without an answer. */
  lost(): number {
    return this.miners.reduce((sum, { lost }) => sum + lost, 0);
  }

  /** Waits for this many more answers. */
  async more(count: number): Promise<void> {
    for (const want = this.acknowledged() + count; this.acknowledged() < want; ) await sleep(LOOK_MS);
  }

  /** Waits until each miner has been refused so, and whatever was under way before has ended. */
  async refused(code: string): Promise<void> {
    for (const want = this.refusals(code) + 4; this.refusals(code) < want; ) await sleep(LOOK_MS);
  }

  stop(): void {
    for (const miner of this.miners) miner.stop();
  }

  /** Ends the load, and then the validator: whatever was acknowledged has ended as it deserves, once and for good. */
  async settle(validator: Validator, dataDir: string): Promise<void> {
    this.stop();
    await this.#running;
    for (const miner of this.miners) await checkReplies(miner);
    for (const miner of this.miners) await checkCounts(miner);
    assert.equal(await validator.stop(), 0);
    // SQLite does not find its way to a disk that only others see.
    const copy = temporaryDir();
    try {
      cpSync(join(dataDir, "assay.db"), join(copy, "assay.db"));
      const records = recordsOnDisk(copy);
      checkRows(records, this.miners);
      checkBooks(records);
    } finally {
      removeDir(copy);
    }
    for (const { surprises } of this.miners) assert.deepEqual(surprises, []);
  }
}
