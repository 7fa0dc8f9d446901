import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { DatedJwk } from "../../../src/core/ed25519.ts";
import type { SignedVector } from "../../../src/flow/weights.ts";
import { dataDirWith, removeDir, runAssay, startValidator } from "../../support/validator/validator.ts";

// Key files, their rotation, and what a restored store may sign, with real processes.

/** Periods of a second. */
const fast = { chain: { block_ms: 100, tempo: 10 } };
const read = async <T>(url: string, path: string): Promise<T> =>
  (await (await fetch(url + path)).json()) as T;
const keysOf = async (url: string) => (await read<{ keys: DatedJwk[] }>(url, "/v1/keys")).keys;

/** The first vector of a later period than the given one. */
async function vectorAfter(url: string, period: number): Promise<SignedVector> {
  for (;;) {
    const response = await fetch(`${url}/v1/weights/latest`);
    const vector = response.ok ? ((await response.json()) as SignedVector) : null;
    if (vector !== null && vector.epoch > period) return vector;
    await sleep(50);
  }
}

async function json(...args: string[]) {
  const { code, stdout } = await runAssay([...args, "--json"]);
  return { code, document: JSON.parse(stdout) as Record<string, unknown> };
}

test("a rotated key stays public with its dates, and what it signed verifies", async () => {
  const dir = dataDirWith(fast);
  const first = await startValidator(dir);
  const [old] = await keysOf(first.url);
  const vector = await vectorAfter(first.url, 0);
  const running = await json("keys", "rotate", "--data", dir);
  assert.deepEqual([running.code, (running.document.error as { code: string }).code], [1, "store_in_use"]);
  await first.stop();
  const rotated = await json("keys", "rotate", "--data", dir);
  assert.deepEqual([rotated.code, rotated.document.retired], [0, old?.kid]);
  const second = await startValidator(dir);
  const keys = await keysOf(second.url);
  const at = rotated.document.at;
  assert.deepEqual(keys, [
    { ...keys[0], kid: rotated.document.current, assay_from: at },
    { ...old, assay_until: at },
  ]);
  // The first may have signed another one before it stopped.
  const last = await vectorAfter(second.url, 0);
  const newer = await vectorAfter(second.url, last.epoch);
  assert.equal(newer.key_id, rotated.document.current);
  const verify = (period: number) =>
    json("weights", "verify", "--url", second.url, "--epoch", String(period));
  const [before, after] = [await verify(vector.epoch), await verify(newer.epoch)];
  assert.deepEqual([before.code, before.document.valid, before.document.key], [0, true, "retired"]);
  assert.deepEqual([after.code, after.document.valid, after.document.key], [0, true, "current"]);
  assert.equal(await second.stop(), 0);
  removeDir(dir);
});

test("a start with a retired key is refused, and a rotation of it too", async () => {
  const dir = dataDirWith({});
  await (await startValidator(dir)).stop();
  const file = join(dir, "keys/publishing.json");
  copyFileSync(file, join(dir, "copy"));
  assert.equal((await json("keys", "rotate", "--data", dir)).code, 0);
  copyFileSync(join(dir, "copy"), file);
  const start = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.deepEqual([start.code, /\(key_retired\)/.test(start.stderr)], [1, true]);
  const again = await json("keys", "rotate", "--data", dir);
  assert.deepEqual([again.code, (again.document.error as { code: string }).code], [1, "key_retired"]);
  const { stdout } = await runAssay(["doctor", "--data", dir]);
  assert.match(stdout, /FAIL +publishing key .*key_retired/);
  removeDir(dir);
});

test("a store from before a vector signs no second one of its period, and the next one", async () => {
  const dir = dataDirWith(fast);
  await (await startValidator(dir)).stop();
  const [store, backup] = [join(dir, "assay.db"), join(dir, "backup.db")];
  copyFileSync(store, backup);
  const first = await startValidator(dir);
  const signed = await vectorAfter(first.url, 0);
  await first.stop();
  const mark = join(dir, "keys/publishing.mark.json");
  assert.equal(statSync(mark).mode & 0o777, 0o600);
  const ahead = signed.epoch + 4;
  // As if the clock of this machine were four periods behind the one on which the vectors were signed.
  writeFileSync(mark, `\uFEFF${JSON.stringify({ period: ahead, intent_sha256: "0".repeat(64) })}\r\n`);
  copyFileSync(backup, store);
  for (const rest of ["-wal", "-shm", ".mark", ".sums"]) rmSync(store + rest, { force: true });
  const restored = await startValidator(dir);
  const next = await vectorAfter(restored.url, 0);
  assert.ok(next.epoch > ahead, `${next.epoch} is not past ${ahead}`);
  assert.equal((await fetch(`${restored.url}/v1/weights/${signed.epoch}`)).status, 404);
  if (restored.stderr().includes("vector_refused"))
    assert.match(restored.stderr(), /is not in the store, but .*publishing\.mark\.json says/);
  await restored.stop();
  writeFileSync(mark, "{}");
  const start = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.deepEqual([start.code, /publishing\.mark\.json/.test(start.stderr)], [1, true]);
  removeDir(dir);
});

test("keys of the wrong kind and incomplete URIs are refused by the start and by doctor", async () => {
  const dir = dataDirWith({});
  const file = join(dir, "keys/publishing.json");
  for (const key of [
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
    generateKeyPairSync("ed448").privateKey,
    generateKeyPairSync("x25519").privateKey,
  ]) {
    writeFileSync(file, JSON.stringify(key.export({ format: "jwk" })), { mode: 0o600 });
    const start = await runAssay(["up", "--data", dir, "--port", "0"]);
    assert.deepEqual([start.code, /\(key_malformed\)/.test(start.stderr)], [1, true], start.stderr);
    assert.match(
      (await runAssay(["doctor", "--data", dir])).stdout,
      /FAIL +publishing key .*must be Ed25519/,
    );
  }
  rmSync(file);
  for (const hotkey of [
    "//Alice/",
    "bottom drive obey lake curtain smoke basket hold race lonely fit walk",
  ]) {
    const start = await runAssay(["up", "--data", dir, "--port", "0"], { ASSAY_KEYS_HOTKEY: hotkey });
    assert.deepEqual([start.code, /\(key_malformed\)/.test(start.stderr)], [1, true], start.stderr);
    assert.ok(!start.stderr.includes("bottom"));
  }
  assert.equal(existsSync("/Alice"), false);
  removeDir(dir);
});

test("key files that others can read are a warning at the start and in doctor", async () => {
  const dir = dataDirWith({});
  const secret = join(dir, "keys/challenge.secret");
  chmodSync(secret, 0o644);
  const validator = await startValidator(dir);
  assert.match(validator.stderr(), /challenge\.secret.*"mode":"0644".*"key_file_exposed"/);
  await validator.stop();
  assert.match(
    (await runAssay(["doctor", "--data", dir])).stdout,
    /WARN +key files .*challenge\.secret \(mode 0644\)/,
  );
  chmodSync(secret, 0o600);
  const again = await startValidator(dir);
  assert.doesNotMatch(again.stderr(), /key_file_exposed/);
  await again.stop();
  assert.match((await runAssay(["doctor", "--data", dir])).stdout, /ok +key files /i);
  assert.ok(readFileSync(secret).length > 0);
  removeDir(dir);
});
