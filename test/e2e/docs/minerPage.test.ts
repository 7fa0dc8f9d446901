import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { MinerView } from "../../../src/http/handlers.ts";
import { newHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import { circuitsHome } from "../../../src/miner/push/snarkProver.ts";
import { looseTier } from "../../support/crafted.ts";
import { metricIn } from "../../support/observe/scrape.ts";
import { dataDirWith, removeDir, startValidator, type Validator } from "../../support/validator/validator.ts";

// The miners of docs/miner.md, taken from the page as a reader would, against a real validator with both lanes.

const root = resolve(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/miner.md"), "utf8");
const circuit = "hash-chain";

let dir: string;
let validator: Validator;

before(async () => {
  const key = join(circuitsHome, circuit, "verification_key.json");
  dir = dataDirWith({
    judge: { cold_start_blocks: 0 },
    lanes: {
      sat: { tiers: { 1: looseTier } },
      groth16: { rate: "1", circuits: [{ id: circuit, verification_key: key, public_inputs: ["x"] }] },
    },
  });
  validator = await startValidator(dir, ["--log-level", "error"]);
});

after(async () => {
  await validator.stop();
  removeDir(dir);
});

/** The one block of the page in that language. */
function exampleIn(language: string): string {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g"))];
  assert.equal(blocks.length, 1);
  return blocks[0]?.[1] ?? "";
}

/** Runs it until its answers are accepted in both lanes. */
async function mines(t: TestContext, command: string, args: readonly string[], env = {}): Promise<void> {
  const { text, hotkey } = await newHotkeyFile();
  const keyFile = join(dir, `${hotkey}.json`);
  writeFileSync(keyFile, text, { mode: 0o600 });
  const before = await delivered();
  const miner = spawn(command, [...args, validator.url, keyFile, circuitsHome], {
    ...{ cwd: dir, env: { ...process.env, ...env }, stdio: ["ignore", "inherit", "pipe"] },
  });
  let told = "";
  miner.stderr?.on("data", (chunk) => {
    told += String(chunk);
  });
  const exited = once(miner, "exit");
  t.after(async () => {
    miner.kill("SIGKILL");
    await exited;
  });
  for (;;) {
    assert.equal(miner.exitCode, null, told);
    const [pulled, pushed] = await Promise.all([accepted(hotkey), delivered()]);
    if (pulled > 0 && pushed > before) return;
    await sleep(100);
  }
}

/** Answers of the hotkey that were accepted, in any lane. */
async function accepted(hotkey: string): Promise<number> {
  const asked = await fetch(`${validator.url}/v1/miners/${hotkey}`);
  return asked.status === 200 ? ((await asked.json()) as MinerView).counts.accepted : 0;
}

/** Proofs that the validator took; with rate 1 each of them is verified. */
async function delivered(): Promise<number> {
  return metricIn(await validator.metrics(), "assay_dispatch_ended_total", {
    lane: "groth16",
    end: "answered",
  });
}

test("the miner in TypeScript has answers accepted in both lanes", async (t) => {
  // Where a reader would have installed the packages.
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
  writeFileSync(join(dir, "miner.ts"), exampleIn("ts"));
  await mines(t, process.execPath, ["miner.ts"]);
});

const python = spawnSync("python3", ["--version"]).status === 0;

test("the miner in Python has answers accepted in both lanes", {
  skip: !python && "there is no python3",
}, async (t) => {
  writeFileSync(join(dir, "miner.py"), exampleIn("python"));
  const env = { PYTHONPATH: join(root, "test/support/python"), ASSAY_TEST_NODE: process.execPath };
  await mines(t, "python3", ["miner.py"], env);
});
