import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { looseTier } from "../../support/crafted.ts";
import { scaled } from "../../support/fault/scale.ts";
import { freePort } from "../../support/freePort.ts";
import { clientOf, ended } from "../../support/lanes/sat/answers.ts";
import { checkBooks, checkCounts, checkReplies, checkRows } from "../../support/miner/books.ts";
import { StubbornMiner } from "../../support/miner/stubborn.ts";
import { ask } from "../../support/observe/scrape.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";
import { canMount, SmallDisk } from "../../support/store/smallDisk.ts";
import {
  dataDirWith,
  removeDir,
  startValidator,
  temporaryDir,
  type Validator,
} from "../../support/validator/validator.ts";

// A disk that becomes full under load, and has room again.

const MB = 2 ** 20;
const SIZE = 64 * MB;
const RESERVE = 16 * MB;
const STEP_MS = 50;

const configOf = (reserve: number) => ({
  chain: { block_ms: 200, tempo: 5 },
  lanes: { sat: { tiers: { 1: looseTier } } },
  admit: { per_ip_per_min: 10_000_000, per_hotkey: { burst: 100_000, per_s: 100_000 } },
  judge: { cold_start_blocks: 0 },
  observe: { disk_reserve: reserve },
});

/** A disk, and how a validator is started on it. */
interface Disk {
  /** Leaves this many bytes free. */
  fill(leave: number): void;
  empty(): void;
  /** The data directory as the test reads it. */
  readonly path: string;
  start(port: string): Promise<Validator>;
}

async function mounted(t: TestContext, dir: string): Promise<Disk> {
  const disk = await SmallDisk.over(dir, SIZE);
  t.after(() => disk.close());
  return {
    fill: (leave) => disk.fill(leave),
    empty: () => disk.empty(),
    path: disk.path,
    start: (port) => startValidator(dir, ["--port", port], null, {}, disk.within),
  };
}

/** Where nothing can be mounted, what the system says of the disk is played. */
async function played(_t: TestContext, dir: string): Promise<Disk> {
  const file = join(dir, "free");
  const say = (bytes: number) => writeFileSync(file, `${bytes}`);
  say(SIZE);
  const preload = new URL("../../support/store/playedDisk.mjs", import.meta.url).href;
  const env = { NODE_OPTIONS: `--import=${preload}`, TEST_DISK_FILE: file };
  return {
    ...{ fill: say, path: dir, empty: () => say(SIZE) },
    start: (port) => startValidator(dir, ["--port", port], null, env),
  };
}

/** The load of a test, which goes on until `settle`. */
class Load {
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

  deferred(code: string): number {
    return this.miners.reduce((sum, { deferred }) => sum + (deferred.get(`503 ${code}`) ?? 0), 0);
  }

  /** Waits for this many more answers. */
  async more(count: number): Promise<void> {
    for (const want = this.acknowledged() + count; this.acknowledged() < want; ) await sleep(STEP_MS);
  }

  async refused(code: string): Promise<void> {
    for (const before = this.deferred(code); this.deferred(code) < before + 4; ) await sleep(STEP_MS);
  }

  stop(): void {
    for (const miner of this.miners) miner.stop();
  }

  async settle(): Promise<void> {
    this.stop();
    await this.#running;
  }
}

const metricsOf = async ({ path }: Disk): Promise<string> =>
  (await ask({ socketPath: join(path, "metrics.sock") })).body;

const periodOf = async ({ url }: Validator): Promise<number> =>
  ((await (await fetch(`${url}/v1/weights/latest`)).json()) as { period?: number }).period ?? 0;

async function failingChecks({ url }: Validator): Promise<string[]> {
  const { checks } = (await (await fetch(`${url}/readyz`)).json()) as {
    checks: { name: string; ok: boolean }[];
  };
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

/** Whatever was acknowledged has ended as it deserves, once and for good. */
async function checkAll(t: TestContext, { miners }: Load, validator: Validator, path: string): Promise<void> {
  for (const miner of miners) await checkReplies(miner);
  for (const miner of miners) await checkCounts(miner);
  assert.equal(await validator.stop(), 0);
  // SQLite does not find its way to a disk that only others see.
  const copy = temporaryDir();
  t.after(() => removeDir(copy));
  cpSync(join(path, "assay.db"), join(copy, "assay.db"));
  const records = recordsOnDisk(copy);
  checkRows(records, miners);
  checkBooks(records);
  for (const { surprises } of miners) assert.deepEqual(surprises, []);
}

const [where, diskOf] = canMount
  ? (["on a small tmpfs", mounted] as const)
  : (["with statfs played, as nothing can be mounted here", played] as const);

test(`below the reserve nothing new is taken, all that was ends, weights go on, and it goes on by itself: ${where}`, async (t) => {
  const dir = dataDirWith(configOf(RESERVE));
  t.after(() => removeDir(dir));
  const disk = await diskOf(t, dir);
  const validator = await disk.start(await freePort());
  t.after(() => validator.kill());
  const load = await Load.on(validator.url);
  t.after(() => load.stop());
  await load.more(20);
  disk.fill(RESERVE - MB);
  await load.refused("storage_full");
  const held = load.acknowledged();
  assert.ok((await failingChecks(validator)).includes("disk"));
  for (const { client, acknowledged } of load.miners)
    for (const { receipt } of acknowledged) await ended(client, receipt.receipt_id);
  const period = await periodOf(validator);
  while ((await periodOf(validator)) < period + 2) await sleep(STEP_MS);
  assert.equal(load.acknowledged(), held);
  assert.match(await metricsOf(disk), /^assay_intake_stopped\{reason="storage_full"\} 1$/m);
  disk.empty();
  await load.more(20);
  assert.deepEqual(await failingChecks(validator), []);
  await load.settle();
  await checkAll(t, load, validator, disk.path);
});

if (canMount)
  test("a disk without a byte left, where no reserve is kept, neither ends the validator nor loses an answer", async (t) => {
    const dir = dataDirWith(configOf(0));
    t.after(() => removeDir(dir));
    const disk = await mounted(t, dir);
    const validator = await disk.start(await freePort());
    t.after(() => validator.kill());
    const load = await Load.on(validator.url);
    t.after(() => load.stop());
    // At full length the log has grown enough to be copied while there is no room for it.
    await load.more(scaled(20, 500));
    for (let round = 0; round < scaled(2, 5); round++) {
      await load.more(20);
      disk.fill(0);
      await load.refused("storage_full");
      disk.empty();
    }
    await load.more(20);
    await load.settle();
    assert.equal(validator.process.exitCode, null);
    await checkAll(t, load, validator, disk.path);
  });
