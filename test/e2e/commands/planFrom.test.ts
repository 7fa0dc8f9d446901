import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Status } from "../../../src/http/handlers.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { looseTier } from "../../support/crafted.ts";
import { fetched } from "../../support/documents.ts";
import { startMiner } from "../../support/miner/process.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  startValidator,
  type Validator,
} from "../../support/validator/validator.ts";

// `/v1/status`, `assay status` and `assay plan --from` on the stakes of a miners file.

/** Income of the only miner that is paid: 0.01 per tempo, 20 tempos a day. */
const rows = async () => [
  { uid: 0, hotkey: (await keypairOfUri("//Alice")).hotkey, stake: 357, permit: true },
  { uid: 1, hotkey: (await keypairOfUri("//Charlie")).hotkey, stake: 643, permit: true },
  { uid: 2, hotkey: (await keypairOfUri("//Dave")).hotkey, stake: 5000, permit: false },
  { uid: 3, hotkey: (await keypairOfUri("//Bob")).hotkey, stake: 0, permit: false, emission: 0.01 },
];

const config = {
  keys: { hotkey: "//Alice" },
  chain: { tempo: 360, miners: "miners.json" },
  lanes: { sat: { rate: "1/25", penalty: "strike", tiers: { 1: { ...looseTier, allotment: 40 } } } },
  sample: { floor: "1/100" },
};

let dir: string;
let validator: Validator;

before(async () => {
  dir = dataDirWith(config);
  writeFileSync(join(dir, "miners.json"), JSON.stringify(await rows()));
  validator = await startValidator(dir, ["--log-level", "error"]);
});
after(async () => {
  await validator.kill();
  removeDir(dir);
});

interface Plan {
  readonly hhi: number;
  readonly rate: number;
  readonly penalty_per_cheat: number;
  readonly from?: {
    readonly live: Readonly<Record<string, string>>;
    readonly given: Readonly<Record<string, string>>;
    readonly defaults: Readonly<Record<string, string>>;
    readonly missing: readonly string[];
  };
}

async function planned(...flags: string[]): Promise<Plan> {
  const { code, stdout, stderr } = await runAssay(["plan", ...flags, "--json"]);
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout) as Plan;
}

const near = (a: number | null | undefined, b: number): boolean => Math.abs((a ?? Number.NaN) / b - 1) < 1e-9;

test("the status has shares, concentration, our share and the verdict", async () => {
  const { economics, judge } = await fetched<Status>(validator.url, "/v1/status");
  assert.ok(economics !== null);
  assert.deepEqual(
    economics.validators.map(({ uid, share }) => [uid, share]),
    [
      [1, 0.643],
      [0, 0.357],
    ],
  );
  assert.ok(near(economics.hhi, 0.643 ** 2 + 0.357 ** 2));
  assert.ok(near(economics.effective_n, 1 / (0.643 ** 2 + 0.357 ** 2)));
  assert.deepEqual([economics.ours?.rank, economics.ours?.share], [2, 0.357]);
  assert.ok(near(economics.income_per_day, 0.2));
  assert.deepEqual(
    economics.verdicts.map(({ lane, verdict }) => [lane, verdict]),
    [["sat", "depends"]],
  );
  assert.ok(near(economics.verdicts[0]?.break_even_gain, 0.04 * 0.357));
  assert.equal(judge.suspension_tempos, 20);
  const { stdout } = await runAssay(["status", "--url", validator.url]);
  assert.match(stdout, /^our stake +35\.7 %, rank 2 of 2$/m);
  assert.match(stdout, /^verdict sat +depends .* less than 1\.428 % of a day's income$/m);
});

test("a plan from a validator has its stakes, income and settings, and says what is not known", async () => {
  const plan = await planned("--from", validator.url);
  const { from = assert.fail("no sources") } = plan;
  assert.deepEqual(from.missing, [
    "jobs_per_tempo: no miner has delivered within the last tempo; give --jobs-per-tempo",
  ]);
  assert.deepEqual([from.live.stakes, from.live.ours, from.live.rate], ["64.3,35.7", "2", "1/25"]);
  assert.equal(from.defaults.jobs_per_tempo, "7000");
  assert.ok(near(plan.penalty_per_cheat, 0.04 * 0.357 * 0.2));
  const { from: _, ...rest } = plan;
  const flags = ["--stakes", "64.3,35.7", "--income-per-day", from.live.income_per_day ?? ""];
  assert.deepEqual(rest, await planned(...flags), "the same plan as from flags");
});

test("the volume is what the miners delivered; flags override what is live", async () => {
  const bob = startMiner(validator.url, "//Bob");
  await bob.reached(({ accepted }) => accepted >= 40);
  bob.kill();
  const { from } = await planned("--from", validator.url, "--rate", "1/10");
  assert.equal(from?.live.jobs_per_tempo, "40");
  assert.deepEqual([from?.given, from?.live.rate, from?.missing], [{ rate: "1/10" }, undefined, []]);
  const { stdout } = await runAssay(["plan", "--from", validator.url, "--margin", "0.1"]);
  assert.match(stdout, /^jobs_per_tempo +40 +live$/m);
  assert.match(stdout, /^margin +0\.1 +given$/m);
  assert.match(stdout, /^factor +3 +default$/m);
});

test("without stakes on the chain they stay flags; without a stake of ours it must be said which", async () => {
  const open = dataDirWith({ lanes: config.lanes });
  const other = await startValidator(open, ["--log-level", "error"]);
  const { economics } = await fetched<Status>(other.url, "/v1/status");
  assert.equal(economics, null);
  const { from, rate } = await planned("--from", other.url, "--jobs-per-tempo", "50");
  assert.deepEqual(
    [from?.missing, rate, from?.live.stakes],
    [
      [
        "stakes: the chain states no stakes; give --stakes",
        "income_per_day: the chain does not state what miners earn; give --income-per-day",
      ],
      0.04,
      undefined,
    ],
  );
  await other.stop();
  writeFileSync(join(dir, "miners.json"), JSON.stringify((await rows()).slice(1)));
  removeDir(open);
  const foreign = dataDirWith({ ...config, chain: { miners: join(dir, "miners.json") } });
  const third = await startValidator(foreign, ["--log-level", "error"]);
  const refused = await runAssay(["plan", "--from", third.url]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /not among the 1 validators with a stake.*--ours/);
  assert.equal((await planned("--from", third.url, "--ours", "1")).from?.live.stakes, "100");
  await third.stop();
  removeDir(foreign);
});
