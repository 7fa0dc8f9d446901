import assert from "node:assert/strict";
import { test } from "node:test";
import type { MinerTally } from "../../../src/miner/tally.ts";
import { freePort } from "../../support/freePort.ts";
import { clientOf } from "../../support/lanes/sat/answers.ts";
import { Load, loadConfig } from "../../support/miner/load.ts";
import { startMiner } from "../../support/miner/process.ts";
import { operatorAsks } from "../../support/validator/operator.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  startValidator,
  type Validator,
} from "../../support/validator/validator.ts";

// An upgrade: drain, stop, start on the same data, health gate. Under load all the while.

interface Drain {
  readonly draining: boolean;
  readonly open: Readonly<Record<"submissions" | "jobs" | "proofs", number>>;
}

const nothing = { submissions: 0, jobs: 0, proofs: 0 };

/** What a drain and a restart answer, or do not. */
const turnedAway = (load: Load): number =>
  load.refusals("draining") + load.refusals("shutting_down") + load.lost();

async function failingChecks({ url }: Validator): Promise<string[]> {
  const { checks } = (await (await fetch(`${url}/readyz`)).json()) as {
    checks: { name: string; ok: boolean }[];
  };
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

/** Everything that was acknowledged has its end already. */
async function checkEnded({ miners }: Load): Promise<void> {
  for (const { client, acknowledged } of miners)
    for (const { receipt } of acknowledged) {
      const { text } = await client.signed("GET", `/v1/receipts/${receipt.receipt_id}`);
      assert.match((JSON.parse(text) as { state: string }).state, /^(accepted|rejected|void)$/);
    }
}

/** The validator has every receipt that the reference miner counted; `settle` checks that each has an end. */
async function checkKnown({ url }: Validator, tally: MinerTally | null): Promise<void> {
  const { keypair } = await clientOf(url, "//Charlie");
  const { counts } = (await (await fetch(`${url}/v1/miners/${keypair.hotkey}`)).json()) as {
    counts: { submitted: number };
  };
  assert.ok(tally !== null && tally.submitted > 0 && counts.submitted >= tally.submitted);
}

test("an upgrade under load loses no acknowledged answer, and turns nobody away before the drain or after the health gate", async (t) => {
  const dir = dataDirWith(loadConfig);
  t.after(() => removeDir(dir));
  const port = await freePort();
  const before = await startValidator(dir, ["--port", port]);
  t.after(() => before.kill());
  const miner = startMiner(before.url, "//Charlie");
  t.after(() => miner.kill());
  const load = await Load.on(before.url);
  t.after(() => load.stop());
  const { accepted } = await miner.reached((tally) => tally.accepted > 0);
  await load.more(20);
  assert.equal(turnedAway(load), 0);

  const order = await operatorAsks<Drain>(before, "POST", "/v1/admin/drain", { reason: "a mistake" });
  assert.deepEqual([order.status, order.document.draining], [200, true]);
  await load.refused("draining");
  assert.deepEqual(await failingChecks(before), ["draining"]);
  const undone = await operatorAsks<Drain>(before, "DELETE", "/v1/admin/drain");
  assert.deepEqual([undone.status, undone.document.draining], [200, false]);
  await load.more(5);

  const at = ["--url", before.url, "--json"];
  const drained = await runAssay(["drain", "--wait", "--reason", "an upgrade", "--data", dir, ...at]);
  assert.equal(drained.code, 0, drained.stderr);
  assert.deepEqual((JSON.parse(drained.stdout) as Drain).open, nothing);
  const held = load.acknowledged();
  await checkEnded(load);
  assert.equal(await before.stop(), 0);

  const after = await startValidator(dir, ["--port", port]);
  t.after(() => after.kill());
  const gate = await runAssay(["ready", "--wait", ...at]);
  assert.equal(gate.code, 0, gate.stdout);
  const turned = turnedAway(load);
  await load.more(20);
  await miner.reached((tally) => tally.accepted > accepted);
  assert.deepEqual([turnedAway(load), held > 0], [turned, true]);
  assert.equal(await miner.stop(), 0);
  await checkKnown(after, miner.tally());
  await load.settle(after, dir);
});
