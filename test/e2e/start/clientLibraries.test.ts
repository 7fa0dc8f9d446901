import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import {
  dataDirWith,
  installed,
  removeDir,
  runAssay,
  spawnAssay,
  temporaryDir,
} from "../../support/validator/validator.ts";

const hook = resolve(import.meta.dirname, "../../support/chainClient/reportImports.mjs");
/** A bundle would load the library as a part of itself. */
const env = { NODE_OPTIONS: `--import ${hook}`, ASSAY_TEST_ENTRY: installed };

/** What a validator wrote to stderr until it listened and stopped. */
async function untilStopped(args: readonly string[]): Promise<string> {
  const spawned = spawnAssay(args, env);
  const closed = new Promise((done) => spawned.process.once("close", done));
  while (!spawned.stdout().includes("listening on") && spawned.process.exitCode === null)
    await new Promise((next) => setTimeout(next, 20));
  spawned.process.kill("SIGTERM");
  await closed;
  return spawned.stderr();
}

test("no client library is loaded on the local chain, with the embedded store and nobody to tell", async (t) => {
  const dir = temporaryDir();
  t.after(() => removeDir(dir));
  const demo = await untilStopped(["up", "--demo", "1", "--port", "0", "--data", join(dir, "demo")]);
  assert.doesNotMatch(demo, /loaded /);
  for (const args of [["init"], ["doctor"]]) {
    const run = await runAssay([...args, "--data", join(dir, "plain")], env);
    assert.doesNotMatch(run.stderr, /loaded /, args.join(" "));
  }
});

test("the chain's is loaded on a subnet", async (t) => {
  const chain = { kind: "subtensor", endpoints: ["ws://127.0.0.1:9"], netuid: 7 };
  const dir = dataDirWith({ chain });
  t.after(() => removeDir(dir));
  assert.match(await untilStopped(["up", "--port", "0", "--data", dir]), /loaded polkadot-api/);
});

test("init writes a configuration for a subnet, and says what it lacks", async (t) => {
  const dir = temporaryDir();
  t.after(() => removeDir(dir));
  const init = (...args: string[]) => runAssay(["init", "--data", join(dir, "data"), ...args]);
  for (const [args, message] of [
    [["--netuid", "7"], /need --chain subtensor/],
    [["--chain", "subtensor"], /needs --netuid/],
    [["--chain", "subtensor", "--netuid", "7", "--wallet", "w"], /given together/],
    [["--chain", "subtensor", "--netuid", "7", "--genesis", `0x${"ab".repeat(32)}`], /--endpoint is needed/],
  ] as const) {
    const run = await init(...args);
    assert.equal(run.code, 2, args.join(" "));
    assert.match(run.stderr, message);
    assert.equal(existsSync(join(dir, "data/assay.yaml")), false);
  }
  const endpoints = ["ws://127.0.0.1:1", "ws://127.0.0.1:2"];
  const run = await init(
    ...["--chain", "subtensor", "--netuid", "7", "--genesis", "test"],
    ...endpoints.flatMap((url) => ["--endpoint", url]),
  );
  assert.equal(run.code, 0, run.stderr);
  const { chain } = parse(readFileSync(join(dir, "data/assay.yaml"), "utf8")) as { chain: object };
  assert.deepEqual(chain, {
    ...{ kind: "subtensor", endpoints, netuid: 7, mechanism: 0, genesis: "test", wallet: null },
    ...{ weights: "auto", publish: null, stale_after_ms: 120_000, block_ms: 12_000 },
    validators_may_mine: false,
  });
});
