import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { newHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import type { DoctorFinding } from "../../../src/validator/finding.ts";
import { type RunningDouble, startChainDouble } from "../../support/chain/startChainDouble.ts";
import { chainSection, subnetOfMiners } from "../../support/chain/subnetOfMiners.ts";
import { dataDirWith, removeDir, runAssay } from "../../support/validator/validator.ts";

// What `assay doctor` says of a subnet: endpoint by endpoint, then of the hotkey, the weights and the clock.

let dir: string;
let double: RunningDouble;
let hotkey: string;
let key: string;

before(async () => {
  const made = await newHotkeyFile();
  hotkey = made.hotkey;
  double = await startChainDouble({
    ...{ subnets: [await subnetOfMiners(hotkey, { commitReveal: true })], endpoints: 2, blockMs: 500 },
    start: 1003,
  });
  dir = dataDirWith({});
  key = join(dir, "keys/validator.json");
  writeFileSync(key, made.text);
  writeFileSync(join(dir, "assay.yaml"), JSON.stringify({ chain: chainSection(double.urls, key) }));
});
after(async () => {
  await double.close();
  removeDir(dir);
});

interface Examined {
  readonly code: number | null;
  /** `state: detail` of the finding with this name, or of the endpoint at this place. */
  of(name: string | number): string;
}

async function examined(): Promise<Examined> {
  const { code, stdout, stderr } = await runAssay(["doctor", "--data", dir, "--json"]);
  assert.equal(stderr, "");
  const { findings } = JSON.parse(stdout) as { findings: DoctorFinding[] };
  return {
    code,
    of: (name) => {
      const named = typeof name === "number" ? `endpoint ${double.urls[name]?.replace(/\/$/, "")}` : name;
      const found = findings.find((each) => each.name === named);
      return found === undefined ? `no finding ${named}` : `${found.state}: ${found.detail}`;
    },
  };
}

test("a subnet in order: every endpoint, the hotkey, and what would become of weights", async () => {
  const { code, of } = await examined();
  assert.equal(code, 0);
  for (const at of [0, 1])
    assert.match(
      of(at),
      /^ok: 0xa55a.*, block \d+, .* old, \d+ ms, .* \d+, all \d+ entries that are needed$/,
    );
  assert.equal(of("endpoints"), "ok: 2 endpoints agree");
  assert.equal(of("hotkey"), `ok: ${hotkey}, of the wallet's file ${key}`);
  assert.match(
    of("chain"),
    /^ok: block \d+, 2 miners registered; subnet 2, mechanism 0, 4 neurons, tempo 20, commit-reveal on$/,
  );
  assert.equal(of("registration"), "ok: uid 0 of 4");
  assert.equal(of("permit"), "ok: yes");
  assert.equal(of("stake"), "ok: 40, the threshold is 1");
  assert.match(
    of("weights"),
    /^ok: would be taken now: timelocked, version key 0, every 2 blocks, next epoch/,
  );
  assert.match(of("chain clock"), /^ok: .* chain's clock$/);
});

test("an endpoint that is down is a warning while another is healthy, one of another chain a failure", async () => {
  await double.control({ do: "faults", endpoint: 1, set: { refuseConnections: true } });
  const down = await examined();
  assert.equal(down.code, 0);
  assert.match(down.of(1), /^warn: .*connection.*; it is not used while that is so/);
  assert.match(down.of("endpoints"), /^ok: only one endpoint/);
  await double.control({ do: "healthy", endpoint: 1 });
  await double.control({ do: "faults", endpoint: 1, set: { genesis: `0x${"33".repeat(32)}` } });
  const other = await examined();
  assert.equal(other.code, 1);
  assert.match(other.of(1), /^fail: it serves the chain 0x33.* remove it from chain.endpoints/);
  await double.control({ do: "healthy", endpoint: 1 });
});

test("with no endpoint healthy each is a failure, and nothing else is asked of the chain", async () => {
  for (const endpoint of [0, 1])
    await double.control({ do: "faults", endpoint, set: { refuseConnections: true } });
  const { code, of } = await examined();
  assert.equal(code, 1);
  for (const at of [0, 1]) assert.match(of(at), /^fail: .*connection/);
  assert.match(of("chain"), /^fail: the height is unknown/);
  assert.match(of("registration"), /^no finding/);
  for (const endpoint of [0, 1]) await double.control({ do: "healthy", endpoint });
});

test("without a permit, below the threshold or unregistered: what follows and what to do", async () => {
  await double.control({ do: "permit", netuid: 2, uid: 0, permit: false });
  await double.control({ do: "produce", blocks: 4 });
  const unpermitted = await examined();
  assert.match(unpermitted.of("permit"), /^warn: none, so no weights are taken; .*stake more/);
  assert.match(unpermitted.of("weights"), /^warn: would be refused now: .*no validator permit/);
  const stranger = (await newHotkeyFile()).hotkey;
  await double.control({ do: "neuron", netuid: 2, uid: 0, neuron: { hotkey: stranger, stake: 1 } });
  await double.control({ do: "produce", blocks: 4 });
  const { code, of } = await examined();
  assert.equal(code, 1);
  assert.match(
    of("registration"),
    /^fail: 5\w+ is not registered on subnet 2 .*btcli subnet register --netuid 2$/,
  );
  assert.match(of("permit"), /^no finding/);
});

test("endpoints that give different hashes for one block fail", async () => {
  await double.control({ do: "disagree", endpoint: 1, depth: 3 });
  await double.control({ do: "produce", blocks: 6 });
  const { code, of } = await examined();
  assert.equal(code, 1);
  assert.match(of("endpoints"), /^fail: they give different hashes for finalised block \d+; find out which/);
  await double.control({ do: "agree", endpoint: 1 });
});

test("a clock that is an hour off fails; a wallet without its file is named", async () => {
  await double.control({ do: "clock", offsetMs: -3_600_000 });
  await double.control({ do: "produce", blocks: 4 });
  const off = await examined();
  assert.equal(off.code, 1);
  assert.match(off.of("chain clock"), /^fail: 60 min ahead of the chain's clock: more than admit/);
  await double.control({ do: "clock", offsetMs: 0 });
  const text = readFileSync(key);
  rmSync(key);
  const { code, of } = await examined();
  assert.equal(code, 1);
  assert.match(of("hotkey"), /^fail: .*the file does not exist/);
  writeFileSync(key, text);
});

test("what a runtime lacks is named with what it is for", async () => {
  await double.control({ do: "upgrade", upgrade: { removeCall: "commit_timelocked_weights" } });
  await double.control({ do: "upgrade", upgrade: { removeCall: "commit_timelocked_mechanism_weights" } });
  await double.control({ do: "produce", blocks: 6 });
  const { code, of } = await examined();
  assert.equal(code, 1);
  for (const at of [0, 1])
    assert.match(
      of(at),
      /^fail: its runtime, .* lacks SubtensorModule\.commit_timelocked_weights or SubtensorModule\.commit_timelocked_mechanism_weights \(for a timelocked commit\); install/,
    );
});
