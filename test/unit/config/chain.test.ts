import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { loadConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { starterConfig } from "../../../src/config/starter.ts";
import { subnetOf } from "../../../src/config/subnet.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { pathsOf } from "../../../src/validator/paths.ts";
import { temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => rmSync(dir, { recursive: true, force: true }));

const finney = "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03";
const chain = { kind: "subtensor", endpoints: ["ws://127.0.0.1:9944"], netuid: 7 };

function load(raw: object, env: NodeJS.ProcessEnv = {}): Config {
  const file = join(dir, "assay.yaml");
  writeFileSync(file, JSON.stringify(raw));
  return loadConfig({ file, env });
}

function faultsOf(raw: object, env: NodeJS.ProcessEnv = {}): string {
  try {
    load(raw, env);
  } catch (error) {
    if (error instanceof AssayError) return error.message;
    throw error;
  }
  return assert.fail("nothing was refused");
}

test("a subtensor section has these defaults", () => {
  assert.deepEqual(load({ chain }).chain, {
    ...{ ...chain, mechanism: 0, genesis: "finney", wallet: null, weights: "auto", publish: null },
    ...{ stale_after_ms: 120_000, block_ms: 12_000, validators_may_mine: false },
  });
});

test("each key of it is checked, and an unknown one names the nearest of its kind", () => {
  const faults: [object, RegExp][] = [
    [{ endpoints: [] }, /chain\.endpoints: at least one/],
    [{ endpoints: ["http://a"] }, /chain\.endpoints\.0: must be a ws/],
    [{ endpoints: ["ws://a", "ws://a"] }, /listed twice/],
    [{ netuid: 4096 }, /chain\.netuid/],
    [{ mechanism: 16 }, /chain\.mechanism/],
    [{ genesis: "main" }, /chain\.genesis: must be finney, test or a hash/],
    [{ weights: "often" }, /chain\.weights/],
    [{ publish: { ip: "host", port: 1 } }, /chain\.publish\.ip: must be an IP address/],
    [{ stale_after_ms: 99 }, /chain\.stale_after_ms/],
    [{ tempo: 5 }, /chain\.tempo: unknown key; did you mean/],
    [{ endpoint: "x" }, /chain\.endpoint: unknown key; did you mean "endpoints"/],
    [{ wallet: { nam: "x" } }, /chain\.wallet\.nam: unknown key; did you mean "name"/],
    [{ wallet: { name: "a" } }, /chain\.wallet: must be \{name, hotkey, path\} or \{file\}/],
    [{ wallet: { name: "a", hotkey: "b", file: "c" } }, /chain\.wallet: must be/],
    [{ wallet: { name: "../a", hotkey: "b" } }, /chain\.wallet\.name: must be the name of a file/],
  ];
  for (const [given, fault] of faults) assert.match(faultsOf({ chain: { ...chain, ...given } }), fault);
  assert.match(faultsOf({ chain: { kind: "main" } }), /chain\.kind: must be local or subtensor/);
  assert.match(faultsOf({ chain: { endpoints: [] } }), /chain\.endpoints: unknown key/);
});

test("network and netuid are the chain's, and may be given only as it has them", () => {
  assert.deepEqual(subnetOf(load({ chain })), { network: "finney", netuid: 7 });
  assert.deepEqual(subnetOf(load({ chain: { ...chain, genesis: finney } })).network, "finney");
  const other = `0x${"ab".repeat(32)}`;
  assert.deepEqual(subnetOf(load({ chain: { ...chain, genesis: other } })).network, other);
  assert.deepEqual(subnetOf(load({ netuid: 3 })), { network: "local", netuid: 3 });
  assert.equal(load({ chain, netuid: 7, network: "finney" }).netuid, 7);
  assert.match(faultsOf({ chain, netuid: 0 }), /netuid: it is 0, and chain\.netuid is 7/);
  assert.match(faultsOf({ chain, network: "test" }), /network: it is test, and .* that of finney/);
});

test("a wallet names the hotkey's file, and then nothing else does", () => {
  const at = (wallet: object) => pathsOf(load({ chain: { ...chain, wallet } }), "/data");
  assert.equal(at({ name: "w", hotkey: "h", path: "/wallets" }).hotkey, "/wallets/w/hotkeys/h");
  assert.match(at({ name: "w", hotkey: "h" }).hotkey, /\/\.bittensor\/wallets\/w\/hotkeys\/h$/);
  assert.equal(at({ file: "k.json" }).hotkey, "/data/k.json");
  assert.ok(at({ file: "k.json" }).isWallet);
  assert.equal(pathsOf(load({ chain }), "/data").isWallet, false);
  const two = { chain: { ...chain, wallet: { file: "k" } }, keys: { hotkey: "keys/hotkey.json" } };
  assert.match(faultsOf(two), /keys\.hotkey: chain\.wallet names the hotkey already/);
});

test("variables set the keys of the kind that is configured", () => {
  const env = {
    ...{ ASSAY_CHAIN_KIND: "subtensor", ASSAY_CHAIN_ENDPOINTS: "[ws://a:1, ws://b:2]" },
    ...{ ASSAY_CHAIN_NETUID: "5", ASSAY_CHAIN_GENESIS: finney },
    ...{ ASSAY_CHAIN_WALLET_FILE: "12", ASSAY_CHAIN_PUBLISH_IP: "192.0.2.1", ASSAY_CHAIN_PUBLISH_PORT: "80" },
  };
  const set = load({}, env).chain;
  if (set.kind !== "subtensor") return assert.fail(set.kind);
  assert.deepEqual([set.endpoints, set.netuid, set.genesis], [["ws://a:1", "ws://b:2"], 5, finney]);
  assert.deepEqual([set.wallet, set.publish], [{ file: "12" }, { ip: "192.0.2.1", port: 80 }]);
  assert.match(faultsOf({ chain }, { ASSAY_CHAIN_TEMPO: "3" }), /ASSAY_CHAIN_TEMPO: unknown variable/);
  assert.match(faultsOf({}, { ASSAY_CHAIN_NETUID: "3" }), /ASSAY_CHAIN_NETUID: unknown variable/);
});

test("a starter for a subnet reads as what it was made from, and names nothing twice", () => {
  const wallet = { name: "w", hotkey: "h" };
  const text = starterConfig({ ...chain, wallet });
  const given = parse(text) as Record<string, Record<string, unknown>>;
  assert.deepEqual([given.network, given.netuid, given.keys?.hotkey], [undefined, undefined, undefined]);
  assert.match(text, /^ {2}# Nodes to use/m);
  writeFileSync(join(dir, "starter.yaml"), text);
  const read = loadConfig({ file: join(dir, "starter.yaml"), env: {} });
  assert.deepEqual(read, load({ chain: { ...chain, wallet } }));
  assert.throws(() => starterConfig({ ...chain, endpoints: ["http://a"] }), /must be a ws/);
});
