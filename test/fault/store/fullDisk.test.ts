import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { scaled } from "../../support/fault/scale.ts";
import { freePort } from "../../support/freePort.ts";
import { ended } from "../../support/lanes/sat/answers.ts";
import { Load, loadConfig } from "../../support/miner/load.ts";
import { ask } from "../../support/observe/scrape.ts";
import { canMount, SmallDisk } from "../../support/store/smallDisk.ts";
import { dataDirWith, removeDir, startValidator, type Validator } from "../../support/validator/validator.ts";

// A disk that becomes full under load, and has room again.

const MB = 2 ** 20;
const SIZE = 64 * MB;
const RESERVE = 16 * MB;
const STEP_MS = 50;

const configOf = (reserve: number) => ({ ...loadConfig, observe: { disk_reserve: reserve } });

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
  await load.settle(validator, disk.path);
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
    assert.equal(validator.process.exitCode, null);
    await load.settle(validator, disk.path);
  });
