import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { newHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import type { ChainStatusView } from "../../../src/validator/chainTools.ts";
import { startChainDouble } from "../../support/chain/startChainDouble.ts";
import { chainSection, subnetOfMiners } from "../../support/chain/subnetOfMiners.ts";
import { looseTier } from "../../support/crafted.ts";
import { startMiner } from "../../support/miner/process.ts";
import { dataDirWith, removeDir, runAssay, startValidator } from "../../support/validator/validator.ts";

const ALARM = "another_validator_on_this_hotkey";

/** Whether the validator of a data directory has stopped its weights. */
async function isStopped(dir: string): Promise<boolean> {
  const { stdout } = await runAssay(["chain", "status", "--data", dir, "--json"]);
  return (JSON.parse(stdout) as ChainStatusView).alarms.some(({ code }) => code === ALARM);
}

test("of two validator processes with one hotkey one stops its weights, and goes on after resume", async (t) => {
  const { text, hotkey } = await newHotkeyFile();
  const subnets = [await subnetOfMiners(hotkey)];
  const double = await startChainDouble({ subnets, blockMs: 400, finalityLag: 1, start: 1003 });
  t.after(() => double.close());
  const dirs: string[] = [];
  const validators = [];
  for (const uri of ["//Bob", "//Dave"]) {
    const dir = dataDirWith({});
    t.after(() => removeDir(dir));
    const file = join(dir, "keys/validator.json");
    writeFileSync(file, text);
    const config = {
      chain: chainSection(double.urls, file),
      http: { per_address_connections: 4096 },
      judge: { cold_start_blocks: 0 },
      lanes: { sat: { tiers: { 1: { ...looseTier, allotment: 100_000 } } } },
    };
    writeFileSync(join(dir, "assay.yaml"), JSON.stringify(config));
    const validator = await startValidator(dir, ["--log-level", "error"]);
    t.after(() => validator.kill());
    // Each has a miner of its own, so that their weights differ.
    const miner = startMiner(validator.url, uri);
    t.after(() => miner.kill());
    dirs.push(dir);
    validators.push(validator);
  }
  let stopped: readonly boolean[] = [];
  while (!stopped.includes(true)) {
    await sleep(500);
    stopped = await Promise.all(dirs.map(isStopped));
  }
  const at = stopped.indexOf(true);
  const [dir = "", validator, other] = [dirs[at], validators[at], validators[1 - at]];
  assert.match(validator?.stderr() ?? "", new RegExp(ALARM));
  await other?.stop();
  // What it sent last is in a finalised block by then.
  const { number } = (await double.status()).best;
  while ((await double.status()).best.number < number + 4) await sleep(100);
  const url = validator?.url ?? "";
  const args = ["--data", dir, "--url", url, "--reason", "the other one is stopped"];
  assert.equal((await runAssay(["chain", "resume", ...args])).code, 0);
  await sleep(2000);
  assert.equal(await isStopped(dir), false);
});
