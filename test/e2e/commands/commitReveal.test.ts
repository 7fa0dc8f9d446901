import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ChainWeightsView, WeightPlanPage, WeightPlanView } from "../../../src/http/handlers.ts";
import { newHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import type { HeldView } from "../../../src/validator/chainTools.ts";
import type { ChainDoubleOptions, SubnetOptions } from "../../support/chain/options.ts";
import { pacedBlocks } from "../../support/chain/pacedBlocks.ts";
import { type RunningDouble, startChainDouble } from "../../support/chain/startChainDouble.ts";
import { startTimeFor } from "../../support/chain/state/beacon.ts";
import { chainSection, subnetOfMiners } from "../../support/chain/subnetOfMiners.ts";
import { looseTier } from "../../support/crafted.ts";
import { fetched } from "../../support/documents.ts";
import { startMiner } from "../../support/miner/process.ts";
import { operatorAsks } from "../../support/validator/operator.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  startValidator,
  type Validator,
} from "../../support/validator/validator.ts";

// Weights of the whole validator where commit-reveal is on, from a miner's answers to the chain's own weights.

const START = 1021;
/** The period of the start is over at block 1080, and its commit is of the epoch that lasts to block 1110. */
const subnet = { tempo: 60, lastEpochBlock: 990, commitReveal: true } as const;
const [PERIOD, REVEAL] = [17, 1110];

interface Setting {
  readonly validator: Validator;
  readonly double: RunningDouble;
  readonly hotkey: string;
}

/** A validator on a chain that stands still, but for a block now and then, until a miner has earned. */
async function earning(
  t: TestContext,
  weights: string,
  given: Partial<ChainDoubleOptions>,
): Promise<Setting> {
  const { text, hotkey } = await newHotkeyFile();
  const options: Partial<SubnetOptions> = subnet;
  const subnets = [await subnetOfMiners(hotkey, options)];
  const double = await startChainDouble({ subnets, finalityLag: 1, start: START, ...given });
  t.after(() => double.close());
  const dir = dataDirWith({});
  t.after(() => removeDir(dir));
  const file = join(dir, "keys/validator.json");
  writeFileSync(file, text);
  const config = {
    chain: { ...chainSection(double.urls, file), weights },
    http: { per_address_connections: 4096 },
    judge: { cold_start_blocks: 0 },
    lanes: { sat: { tiers: { 1: { ...looseTier, allotment: 100_000 } } } },
  };
  writeFileSync(join(dir, "assay.yaml"), JSON.stringify(config));
  const starting = startValidator(dir, ["--log-level", "error"]);
  await double.control({ do: "run", blockMs: 2000 });
  const validator = await starting;
  t.after(() => validator.kill());
  const miner = startMiner(validator.url, "//Bob");
  t.after(() => miner.kill());
  await miner.reached(({ accepted }) => accepted > 0);
  await double.control({ do: "run", blockMs: 0 });
  return { validator, double, hotkey };
}

/** Makes blocks until the first plan is confirmed. */
async function confirmed({ validator, double }: Setting): Promise<{ plan: WeightPlanView; chain: HeldView }> {
  const { url } = validator;
  const weights = async () =>
    (await operatorAsks<ChainWeightsView>(validator, "GET", "/v1/admin/chain")).document;
  let period = 0;
  await pacedBlocks(double, { blockMs: 200, weights }, async () => {
    const { items } = await fetched<WeightPlanPage>(url, "/v1/weights?limit=100");
    const first = items.at(-1);
    if (first?.state === "missed") assert.fail(JSON.stringify(first));
    period = first?.period ?? 0;
    return first?.state === "confirmed";
  });
  return fetched(url, `/v1/weights/${period}?with=plan`);
}

async function assertShown(setting: Setting, method: string): Promise<WeightPlanView> {
  const { plan, chain } = await confirmed(setting);
  assert.equal(plan.method, method);
  assert.deepEqual(
    plan.steps.map(({ state }) => state),
    ["planned", "submitted", "committed", "revealed", "confirmed"],
  );
  assert.deepEqual(plan.sent, plan.rows);
  assert.deepEqual(chain.weights, [{ uid: 1, u16: 65_535 }]);
  const { stdout } = await runAssay(["weights", "timeline", "--url", setting.validator.url, "--json"]);
  const { items } = JSON.parse(stdout) as WeightPlanPage;
  const line = items.find(({ period }) => period === plan.period);
  const { planned = 0, submitted = 0, committed = 0, revealed = 0, confirmed: last = 0 } = line?.blocks ?? {};
  assert.ok(
    planned <= submitted && submitted < committed && committed < revealed && revealed <= last,
    stdout,
  );
  return plan;
}

test("weights are committed as a hash, revealed in the next epoch and read back", async (t) => {
  const setting = await earning(t, "commit", {});
  const plan = await assertShown(setting, "commit");
  assert.deepEqual(
    plan.extrinsics.map(({ purpose }) => purpose),
    ["weights", "reveal"],
  );
  const { double, hotkey } = setting;
  const left = (await double.control({ do: "read", name: "WeightCommits", keys: [2, hotkey] })) as unknown[];
  assert.ok((left ?? []).length <= 1, "the commit is gone, but for the next period's");
});

for (const round of [1000, 657_413])
  test(`weights are committed to round ${round} of the beacon, opened by the chain and read back`, async (t) => {
    const startTimeMs = startTimeFor(round, REVEAL, START);
    const setting = await earning(t, "auto", { startTimeMs });
    const { number } = (await setting.double.status()).best;
    assert.ok(number < 1080, `the first period was over before the validator stood: ${number}`);
    const plan = await assertShown(setting, "timelocked");
    assert.equal(plan.round, round);
    assert.deepEqual([plan.period, plan.extrinsics.length], [PERIOD, 1]);
    const entries = await setting.double.control({
      ...{ do: "read", name: "TimelockedWeightCommits", keys: [2, plan.commit_epoch] },
    });
    assert.deepEqual(entries, []);
  });
