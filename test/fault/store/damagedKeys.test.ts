import assert from "node:assert/strict";
import { cpSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { periodOf } from "../../../src/flow/weights.ts";
import { fetched } from "../../support/documents.ts";
import { seeded } from "../../support/store/seeded.ts";
import { clientUnder, SteppedClock, startInProcess } from "../../support/validator/inProcess.ts";
import { dataDirWith, removeDir, temporaryDir } from "../../support/validator/validator.ts";

// Files of keys with one bit flipped, or cut: the start refuses and names the file, or everything is served as it was. SEED chooses the
// places, DAMAGE how many.

const files = ["challenge.secret", "hotkey.json", "publishing.json", "publishing.mark.json"];
const PLACES = Math.ceil(Number(process.env.DAMAGE ?? 120) / 10);
const HOUR = 3_600_000;
/** What a damaged key file is refused as. */
const refusals = new Set([
  ...["key_malformed", "key_encrypted", "file_unreadable", "secret_too_short", "identity_changed"],
  ...["commitment_unmatched", "key_retired"],
]);

/** What depends on the keys and must never change: of the validator, of a miner's challenges, and of a vector that was signed. */
async function served(dir: string, clock: SteppedClock, period: number): Promise<unknown[]> {
  const running = await startInProcess(dir, clock);
  try {
    const keys = await fetched<object>(running.url, "/v1/keys");
    const vector = await fetched<object>(running.url, `/v1/weights/${period}`);
    const alice = await clientUnder(clock, running.url, "//Alice");
    const { text: page } = await alice.signed("GET", "/v1/challenges?lane=sat&tier=1&offset=0&limit=5");
    assert.match(page, /challenge_id/);
    return [running.hotkey, keys, vector, page];
  } finally {
    await running.close();
  }
}

/** A data directory that a validator has worked in until it signed a vector, and that vector's period. */
async function worked(t: TestContext, clock: SteppedClock): Promise<{ dir: string; period: number }> {
  const dir = dataDirWith({ chain: { block_ms: 100, tempo: 5 } });
  t.after(() => removeDir(dir));
  const running = await startInProcess(dir, clock);
  let vector = await running.latestVector();
  for (; vector === null; vector = await running.latestVector()) await sleep(50);
  await running.close();
  return { dir, period: periodOf(vector) };
}

/** Flips a bit of a file, or cuts it there. */
function damage(path: string, pick: (most: number) => number): string {
  const bytes = readFileSync(path);
  const bit = pick(bytes.length * 8);
  if (pick(4) === 0) truncateSync(path, bit >> 3);
  else {
    bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    writeFileSync(path, bytes);
  }
  return `${path}, bit ${bit}`;
}

test("one flipped bit, or a cut, in a file of keys: refused, or all is served as it was", async (t) => {
  const seed = Number(process.env.SEED ?? Math.floor(systemRandom.unit() * 1e9));
  t.diagnostic(`replay with SEED=${seed}`);
  const pick = seeded(seed);
  const clock = new SteppedClock();
  clock.offsetMs = HOUR / 2 - (clock.nowMs() % HOUR);
  const { dir, period } = await worked(t, clock);
  const before = await served(dir, clock, period);
  let refused = 0;
  for (let i = 0; i < PLACES; i++) {
    const copy = temporaryDir();
    cpSync(dir, copy, { recursive: true });
    const place = damage(join(copy, "keys", files[i % files.length] ?? ""), pick);
    try {
      assert.deepEqual(await served(copy, clock, period), before, place);
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      assert.ok(refusals.has(error.code), `${place}: ${error.code}`);
      refused++;
    } finally {
      removeDir(copy);
    }
  }
  t.diagnostic(`${refused} of ${PLACES} starts refused`);
  assert.ok(refused > 0);
});
