import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { circuitsHome } from "../../../src/miner/push/snarkProver.ts";
import { freePort } from "../../support/freePort.ts";
import { startMiner } from "../../support/miner/process.ts";
import { lintFaults } from "../../support/observe/lint.ts";
import { circuit, PushWorld, pushDir, readKey } from "../../support/validator/push/world.ts";
import { removeDir, runAssay } from "../../support/validator/validator.ts";

// Circuits that cannot be trusted stop the start; with the project's own, real miners prove.

/** What is wrong with the key of a circuit. */
const faults: Readonly<Record<string, (file: string) => void>> = {
  missing: () => undefined,
  "no JSON": (file) => writeFileSync(file, "{"),
  "a point beside the curve": (file) => {
    const { IC, ...key } = readKey();
    writeFileSync(file, JSON.stringify({ ...key, IC: [["1", "1", "1"], ...IC.slice(1)] }));
  },
  "too few signals": (file) => {
    const { IC, ...key } = readKey();
    writeFileSync(file, JSON.stringify({ ...key, nPublic: 0, IC: IC.slice(0, 1) }));
  },
};

test("a circuit whose key cannot be trusted stops the start, and is named", async () => {
  const ends = await Promise.all(
    Object.entries(faults).map(async ([fault, make]) => {
      const spoilt = { ...circuit, id: "spoilt", verification_key: "spoilt.json" };
      const dir = pushDir({ circuits: [circuit, spoilt] });
      make(join(dir, "spoilt.json"));
      const { code, stdout, stderr } = await runAssay(["up", "--data", dir, "--port", "0"]);
      removeDir(dir);
      const named = ["circuit_invalid", "spoilt", "spoilt.json"].map((word) => stderr.includes(word));
      return [fault, code, stdout, ...named];
    }),
  );
  assert.deepEqual(
    ends,
    Object.keys(faults).map((fault) => [fault, 1, "", true, true, true]),
  );
});

test("assay miner proves for a validator, dialling in and being dialled", async (t) => {
  const port = await freePort();
  const uris = ["//Alice", "//Bob"];
  const hotkeys = await Promise.all(uris.map(async (uri) => (await keypairOfUri(uri)).hotkey));
  const verification_key = join(circuitsHome, "hash-chain", "verification_key.json");
  const dir = pushDir(
    { rate: "1", circuits: [{ ...circuit, id: "hash-chain", verification_key }] },
    { chain: { miners: "miners.json" } },
  );
  const [alice, bob] = hotkeys;
  const rows = [
    { uid: 1, hotkey: alice },
    { uid: 2, hotkey: bob, ip: "127.0.0.1", port: Number(port) },
  ];
  writeFileSync(join(dir, "miners.json"), JSON.stringify(rows));
  const lane = ["--lane", "groth16", "--capacity", "1"];
  const world = await PushWorld.start(dir, ["--allow-private"]);
  t.after(() => world.close());
  const miners = [
    startMiner(world.url, "//Alice", lane),
    startMiner(world.url, "//Bob", [...lane, "--port", port]),
  ];
  t.after(() => {
    for (const miner of miners) miner.kill();
  });
  const tallies = await Promise.all(miners.map((miner) => miner.reached(({ accepted }) => accepted >= 2)));
  for (const { rejected } of tallies) assert.equal(rejected, 0);
  const { document } = await world.putJob("7", "a chain", "hash-chain");
  const { hotkey, attempts } = await world.jobInState(document.job_id, "done");
  assert.ok(hotkeys.some((known) => known === hotkey) && attempts === 1);
  assert.deepEqual(lintFaults(await world.validator.metrics()), [], "every metric of a working validator");
  assert.deepEqual(await Promise.all(miners.map((miner) => miner.stop())), [0, 0]);
  assert.equal(await world.validator.stop(), 0, world.validator.stderr());
});
