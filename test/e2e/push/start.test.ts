import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { canonical } from "../../../src/core/canonical.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { CircuitsView, JobView } from "../../../src/http/handlers.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { circuitsHome } from "../../../src/miner/push/snarkProver.ts";
import { freePort } from "../../support/freePort.ts";
import { startMiner } from "../../support/miner/process.ts";
import { lintFaults } from "../../support/observe/lint.ts";
import { until } from "../../support/until.ts";
import { operatorAsks } from "../../support/validator/operator.ts";
import {
  circuit,
  fakeProof,
  honest,
  PushWorld,
  pushDir,
  readKey,
} from "../../support/validator/push/world.ts";
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

test("a benchmark that cannot be made stops the start, and its circuit is named", async () => {
  const secret = { ...circuit, id: "secret", private_inputs: ["w"], supplied_by: "customer" };
  const dir = pushDir({ circuits: [circuit, secret] });
  const { code, stderr } = await runAssay(["up", "--data", dir, "--port", "0"]);
  removeDir(dir);
  assert.equal(code, 1);
  for (const word of ["circuit_invalid", "secret", "benchmark.enabled"])
    assert.ok(stderr.includes(word), stderr);
});

test("circuits are served to all; private inputs go to the miner alone; a miner with no kind does not start", async (t) => {
  const secret = {
    ...circuit,
    id: "secret",
    private_inputs: ["w", "path[2]"],
    benchmark: { enabled: false },
  };
  const world = await PushWorld.start(pushDir({ circuits: [circuit, secret] }));
  t.after(() => world.close());
  const { items } = (await (await fetch(`${world.url}/v1/circuits`)).json()) as CircuitsView;
  const [open, served] = items;
  assert.deepEqual(
    [open?.id, open?.benchmark, served?.id, served?.benchmark],
    ["square", true, "secret", false],
  );
  assert.deepEqual([served?.curve, served?.protocol, served?.public_signals], ["bn128", "groth16", 2]);
  assert.deepEqual(served?.verification_key, readKey());
  assert.equal(served?.verification_key_sha256, sha256Hex(canonical(readKey())));
  assert.deepEqual(
    served?.inputs.map(({ name, count, supplied_by }) => [name, count, supplied_by]),
    [
      ["x", 1, "validator"],
      ["w", 1, "customer"],
      ["path", 2, "customer"],
    ],
  );
  const without = await runAssay(["miner", "--key", "//Bob", "--lane", "groth16", "--url", world.url]);
  assert.equal(without.code, 1);
  assert.match(without.stderr, /none of the validator's circuits \(square, secret\)/);

  const hidden = { w: "918273645546372819", path: ["1", "2"] };
  const put = (key: string) =>
    operatorAsks<JobView>(world.validator, "POST", "/v1/jobs", {
      ...{ lane: "groth16", kind: "secret", input: { x: "77", ...hidden }, client_key: key },
    });
  const { status, document } = await put("one");
  assert.deepEqual([status, document.input], [202, { x: "77" }]);
  const cheat = await world.join("Eve", (order, miner) => miner.answer(order.job_id, fakeProof(order)));
  await until(() => !cheat.isOpen);
  assert.equal(cheat.orders[0]?.input.w, hidden.w);
  const [strike] = await world.strikes(cheat);
  assert.deepEqual(strike?.evidence.exhibit?.input, { x: "77" });
  await world.join("Mia", honest(0));
  const done = await world.jobInState(document.job_id, "done");
  assert.equal(done.verified, true);
  const said = [JSON.stringify([done, strike]), world.validator.stderr(), world.validator.stdout()];
  assert.ok(said.every((text) => !text.includes(hidden.w)));
});
