import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { doubleGenesis } from "../../support/chain/options.ts";
import { BLOCK_MS, doubleFor, keys, NETUID, STALE_MS } from "../../support/chainClient/opened.ts";
import { dataDirWith, removeDir, runAssay, startValidator } from "../../support/validator/validator.ts";

// The whole validator on a subnet: what it says of itself, and that it ends when it is told to.

/** The phrase that everyone's development keys are derived from. */
const developmentPhrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

function dataDir(t: TestContext, endpoints: readonly string[]): string {
  const dir = dataDirWith({
    chain: {
      ...{ kind: "subtensor", endpoints, netuid: NETUID, genesis: doubleGenesis },
      ...{ stale_after_ms: STALE_MS, block_ms: BLOCK_MS, wallet: { file: "keys/wallet.json" } },
    },
  });
  t.after(() => removeDir(dir));
  mkdirSync(join(dir, "keys"), { recursive: true });
  writeFileSync(join(dir, "keys/wallet.json"), `${developmentPhrase}//Alice\n`, { mode: 0o600 });
  return dir;
}

interface Ready {
  readonly ready?: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
}

async function readiness(url: string): Promise<Ready> {
  return (await (await fetch(`${url}/readyz`)).json()) as Ready;
}

async function chainCheck(url: string): Promise<Ready["checks"][number]> {
  const { checks } = await readiness(url);
  return checks.find(({ name }) => name === "chain") ?? assert.fail("no check of the chain");
}

async function untilChain(url: string, isOk: boolean): Promise<Ready["checks"][number]> {
  for (;;) {
    const found = await chainCheck(url);
    if (found.ok === isOk) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a validator takes network, netuid and hotkey from its chain, and is ready", async (t) => {
  const double = await doubleFor(t);
  const dir = dataDir(t, double.urls);
  const validator = await startValidator(dir, ["--port", "0"]);
  t.after(() => validator.kill());
  await untilChain(validator.url, true);
  const status = (await (await fetch(`${validator.url}/v1/status`)).json()) as Record<string, unknown>;
  assert.deepEqual(
    [status.network, status.netuid, status.validator, status.tempo, status.block_ms],
    [doubleGenesis, NETUID, keys.alice.hotkey, 1000, BLOCK_MS],
  );
  const metrics = await validator.metrics();
  assert.match(metrics, /^assay_chain_endpoint_in_use 1$/m);
  assert.match(metrics, /^assay_chain_requests_total\{outcome="answered"\} \d+$/m);
  assert.match(metrics, /^assay_chain_neurons 3$/m);
  assert.equal(await validator.stop(), 0);
  assert.doesNotMatch(validator.stderr(), /Error/);
});

for (const [name, set] of Object.entries({ hangs: { silent: true }, "reads nothing": { halfOpen: true } })) {
  test(`a stop signal ends the process while the node ${name}`, async (t) => {
    const double = await doubleFor(t);
    const dir = dataDir(t, double.urls);
    const validator = await startValidator(dir, ["--port", "0"]);
    t.after(() => validator.kill());
    await untilChain(validator.url, true);
    await double.control({ do: "faults", set });
    const check = await untilChain(validator.url, false);
    assert.match(check.detail ?? "", /height is unknown.*check chain\.endpoints/s);
    assert.equal(await validator.stop(), 0);
  });
}

test("a validator starts and stops without any node", async (t) => {
  const dir = dataDir(t, ["ws://127.0.0.1:9"]);
  const validator = await startValidator(dir, ["--port", "0"]);
  t.after(() => validator.kill());
  const check = await chainCheck(validator.url);
  assert.equal(check.ok, false);
  assert.match(check.detail ?? "", /ECONNREFUSED|connection ended/);
  assert.equal(await validator.stop(), 0);
});

test("a store is pinned to the genesis, the netuid and the mechanism", async (t) => {
  const double = await doubleFor(t);
  const dir = dataDir(t, double.urls);
  const validator = await startValidator(dir, ["--port", "0"]);
  assert.equal(await validator.stop(), 0);
  for (const [variable, value] of [
    ["ASSAY_CHAIN_GENESIS", "finney"],
    ["ASSAY_CHAIN_NETUID", "8"],
    ["ASSAY_CHAIN_MECHANISM", "1"],
  ] as const) {
    const run = await runAssay(["up", "--data", dir, "--port", "0"], { [variable]: value });
    assert.equal(run.code, 1);
    assert.match(run.stderr, /identity_changed/);
  }
});

test("doctor names a chain that cannot be reached, and one whose height it sees", async (t) => {
  const double = await doubleFor(t);
  const dir = dataDir(t, double.urls);
  const finding = async (): Promise<{ state: string; detail: string }> => {
    const { stdout } = await runAssay(["doctor", "--data", dir, "--json"]);
    const { findings } = JSON.parse(stdout) as {
      findings: { name: string; state: string; detail: string }[];
    };
    return findings.find(({ name }) => name === "chain") ?? assert.fail(stdout);
  };
  const good = await finding();
  assert.equal(good.state, "ok");
  assert.match(good.detail, /^block \d+, 2 miners registered;/);
  await double.control({ do: "faults", set: { refuseConnections: true } });
  const bad = await finding();
  assert.equal(bad.state, "fail");
  assert.match(bad.detail, /height is unknown/);
});
