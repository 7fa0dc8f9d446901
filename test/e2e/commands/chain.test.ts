import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Status, WeightPlanView } from "../../../src/http/handlers.ts";
import { newHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import type { ChainStatusView, HeldView, MetagraphView } from "../../../src/validator/chainTools.ts";
import { type RunningDouble, startChainDouble } from "../../support/chain/startChainDouble.ts";
import { chainSection, subnetOfMiners } from "../../support/chain/subnetOfMiners.ts";
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

// `assay chain`, the timeline and the routes behind it: first without a validator, then with one that brings weights to the chain.

let dir: string;
let double: RunningDouble;
let hotkey: string;
let validator: Validator | null = null;

before(async () => {
  const key = await newHotkeyFile();
  ({ hotkey } = key);
  double = await startChainDouble({
    ...{ subnets: [await subnetOfMiners(hotkey)], endpoints: 2, blockMs: 500, finalityLag: 1 },
    start: 1003,
  });
  dir = dataDirWith({});
  const file = join(dir, "keys/validator.json");
  writeFileSync(file, key.text);
  const config = {
    chain: chainSection(double.urls, file),
    http: { per_address_connections: 4096 },
    judge: { cold_start_blocks: 0 },
    lanes: { sat: { tiers: { 1: { ...looseTier, allotment: 100_000 } } } },
  };
  writeFileSync(join(dir, "assay.yaml"), JSON.stringify(config));
});
after(async () => {
  await validator?.kill();
  await double.close();
  removeDir(dir);
});

async function shown<Document>(...args: string[]): Promise<Document> {
  const { code, stdout, stderr } = await runAssay([...args, "--json"]);
  assert.equal(code, 0, `${args.join(" ")}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as Document;
}

test("chain status shows endpoints, the own hotkey, and that nothing is planned, without a validator", async () => {
  await double.control({ do: "faults", endpoint: 1, set: { refuseConnections: true } });
  const status = await shown<ChainStatusView>("chain", "status", "--data", dir);
  const [good, bad] = status.endpoints;
  assert.deepEqual([good?.in_use, good?.fault, good?.missing], [true, null, []]);
  assert.ok((good?.height ?? 0) > 1003 && (good?.latency_ms ?? -1) >= 0 && /\d+$/.test(good?.runtime ?? ""));
  assert.deepEqual([bad?.in_use, bad?.height], [false, null]);
  assert.match(bad?.fault ?? "", /connection/);
  const { own } = status;
  assert.deepEqual(
    [own?.hotkey, own?.uid, own?.stake, own?.permit, own?.method, own?.rate_limit, own?.last_update],
    [hotkey, 0, 40, true, "set", 2, 0],
  );
  assert.ok((own?.next_epoch_block ?? 0) > (status.block ?? 0));
  assert.deepEqual([status.plans, status.alarms], [[], []]);
  assert.match(status.missing.join(), /plans are not shown: there is no store yet/);
  const { stdout, code } = await runAssay(["chain", "status", "--data", dir]);
  assert.equal(code, 0);
  assert.match(stdout, /^\* +ws:\/\/127\.0\.0\.1:\d+ /m);
  assert.match(stdout, /^permit +yes$/m);
  assert.ok(
    stdout
      .split("\n")
      .slice(0, 4)
      .every((line) => line.length <= 120),
    stdout,
  );
  await double.control({ do: "healthy", endpoint: 1 });
});

test("chain metagraph and chain weights show the subnet at one block", async () => {
  const { neurons, block } = await shown<MetagraphView>("chain", "metagraph", "--data", dir);
  assert.ok(block > 1003);
  assert.deepEqual(
    neurons.map(({ uid, stake, permit, axon }) => [uid, stake, permit, axon]),
    [
      [0, 40, true, null],
      [1, 0, false, "203.0.113.7:8091"],
      [2, 60, true, null],
      [3, 0, false, null],
    ],
  );
  const { stdout } = await runAssay(["chain", "metagraph", "--data", dir]);
  assert.match(stdout, /^uid +hotkey +coldkey +stake +permit +axon +last update$/m);
  assert.ok(
    stdout
      .split("\n")
      .slice(1)
      .every((line) => line.length <= 120),
  );
  const held = await shown<HeldView>("chain", "weights", "--data", dir);
  assert.deepEqual([held.hotkey, held.uid, held.weights, held.plan], [hotkey, 0, [], null]);
});

test("with no healthy endpoint chain status still names each, and exits 1", async () => {
  for (const endpoint of [0, 1])
    await double.control({ do: "faults", endpoint, set: { genesis: `0x${"22".repeat(32)}` } });
  const { code, stdout } = await runAssay(["chain", "status", "--data", dir, "--json"]);
  const status = JSON.parse(stdout) as ChainStatusView;
  assert.deepEqual([code, status.block, status.own], [1, null, null]);
  for (const { fault, genesis } of status.endpoints) {
    assert.match(fault ?? "", /its genesis is 0x22/);
    assert.match(genesis ?? "", /^0x22/);
  }
  const failed = await runAssay(["chain", "metagraph", "--data", dir, "--json"]);
  const { error } = JSON.parse(failed.stdout) as { error: { code: string; message: string } };
  assert.deepEqual([failed.code, error.code], [1, "chain_unavailable"]);
  for (const endpoint of [0, 1]) await double.control({ do: "healthy", endpoint });
});

interface Timeline {
  readonly items: readonly {
    readonly period: number;
    readonly state: string;
    readonly method: string | null;
    readonly blocks: Readonly<Record<string, number>>;
    readonly extrinsic: string | null;
  }[];
}

test("weights of a running validator are followed to the chain: timeline, plan, read-back, economics", async () => {
  const up = await startValidator(dir, ["--log-level", "error"]);
  validator = up;
  const miner = startMiner(up.url, "//Bob");
  let confirmed: Timeline["items"][number] | undefined;
  while (confirmed === undefined) {
    const { items } = await shown<Timeline>("weights", "timeline", "--url", up.url);
    confirmed = items.find(({ state }) => state === "confirmed");
  }
  miner.kill();
  assert.equal(confirmed.method, "set");
  const { planned = 0, submitted = 0, confirmed: seen = 0 } = confirmed.blocks;
  assert.ok(planned <= submitted && submitted < seen, JSON.stringify(confirmed.blocks));
  assert.match(confirmed.extrinsic ?? "", /^0x[0-9a-f]{64}$/);

  const path = `/v1/weights/${confirmed.period}`;
  const signed = await (await fetch(up.url + path)).text();
  const whole = await (await fetch(`${up.url + path}?with=plan`)).text();
  assert.ok(whole.startsWith(`{"vector":${signed},`), "the vector as it was signed");
  const { plan, chain } = JSON.parse(whole) as { plan: WeightPlanView; chain: HeldView };
  assert.deepEqual([plan.state, plan.rows[0]?.uid, plan.sent], ["confirmed", 1, plan.rows]);
  assert.deepEqual(
    plan.steps.map(({ state }) => state),
    ["planned", "submitted", "confirmed"],
  );
  assert.doesNotMatch(whole, /"bytes"|"salt"/);
  assert.deepEqual([chain.uid, chain.weights], [0, [{ uid: 1, u16: 65_535 }]]);

  const held = await shown<HeldView>("chain", "weights", "--data", dir);
  assert.deepEqual([held.weights, held.plan?.netuid], [[{ uid: 1, u16: 65_535 }], 2]);
  const { economics } = await fetched<Status>(up.url, "/v1/status");
  assert.deepEqual([economics?.ours?.share, economics?.validators_total], [0.4, 2]);
  const { plans, missing } = await shown<ChainStatusView>("chain", "status", "--data", dir);
  assert.deepEqual(missing, []);
  assert.ok(plans.length <= 2);
  const { stdout } = await runAssay(["weights", "timeline", "--url", up.url, "--limit", "1"]);
  assert.equal(stdout.split("\n")[0]?.startsWith("period"), true);
});

test("resume reaches the running validator; it needs a reason", async () => {
  const url = validator?.url ?? "";
  const token = ["--data", dir, "--url", url];
  const { code, stdout } = await runAssay(["chain", "resume", ...token, "--reason", "it was us"]);
  assert.equal(code, 0);
  assert.match(stdout, /^weights go on; open periods: /);
  assert.equal((await runAssay(["chain", "resume", ...token])).code, 2);
});

test("the local chain has none of it, and says so in one sentence", async () => {
  const local = dataDirWith({});
  for (const what of ["status", "metagraph", "weights"]) {
    const { code, stderr } = await runAssay(["chain", what, "--data", local]);
    assert.equal(code, 1);
    assert.match(stderr, /^assay: chain\.kind is local, .*\(chain_local\)\n$/);
  }
  const up = await startValidator(local, ["--log-level", "error"]);
  const resumed = await runAssay(["chain", "resume", "--reason", "x", "--data", local, "--url", up.url]);
  assert.equal(resumed.code, 1);
  assert.match(resumed.stderr, /\(chain_local\)/);
  const { stdout } = await runAssay(["weights", "timeline", "--url", up.url]);
  assert.match(stdout, /the local chain keeps none/);
  await up.stop();
  removeDir(local);
});
