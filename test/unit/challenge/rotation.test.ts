import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { resolveMasters } from "../../../src/challenge/rotation.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));
const [a, b, c] = ["a", "b", "c"].map((letter) => Buffer.from(letter.repeat(32)));
assert.ok(a && b && c);

let files = 0;

/** A validator's life: every entry is a start with (current, previous, epoch); gives the last epoch of the previous one. */
async function starts(...lives: [Uint8Array, Uint8Array | null, number][]): Promise<(number | null)[]> {
  const file = join(dir, `${files++}.db`);
  const ends: (number | null)[] = [];
  for (const [current, previous, epoch] of lives) {
    const store = await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });
    const masters = await resolveMasters(current, previous, epoch, store);
    await store.close();
    assert.deepEqual(masters.current, current);
    assert.deepEqual(masters.previous?.secret ?? null, previous);
    ends.push(masters.previous?.lastEpoch ?? null);
  }
  return ends;
}

test("a first start and an unchanged secret know no previous one", async () => {
  assert.deepEqual(await starts([a, null, 10], [a, null, 11], [a, null, 500]), [null, null, null]);
});

test("a changed secret lets the previous one count up to the epoch of the change, through every restart", async () => {
  assert.deepEqual(await starts([a, null, 10], [b, a, 20], [b, a, 20], [b, a, 21], [b, a, 99]), [
    null,
    20,
    20,
    20,
    20,
  ]);
});

test("a previous secret that is named only at a later start counts up to the change too", async () => {
  assert.deepEqual(await starts([a, null, 10], [b, null, 20], [b, a, 25]), [null, null, 20]);
});

test("every change counts from its own epoch, a change back too", async () => {
  assert.deepEqual(await starts([a, null, 1], [b, a, 5], [c, b, 9], [c, b, 10], [b, c, 12]), [
    null,
    5,
    9,
    9,
    12,
  ]);
});

test("a previous secret at the first start counts up to that start, and restarts do not extend it", async () => {
  assert.deepEqual(await starts([b, a, 10], [b, a, 11], [b, a, 50]), [10, 10, 10]);
  assert.deepEqual(await starts([b, null, 10], [b, a, 11], [b, a, 50]), [null, 11, 11]);
});

test("what is remembered does not reveal the secret", async () => {
  const notes = new Map<string, string>();
  const store = {
    note: async (name: string) => notes.get(name) ?? null,
    setNote: async (name: string, text: string) => void notes.set(name, text),
  };
  await resolveMasters(a, b, 3, store);
  const text = [...notes].flat().join();
  for (const secret of [a, b])
    for (const encoding of ["utf8", "hex", "base64", "base64url"] as const)
      assert.ok(!text.includes(secret.toString(encoding)));
});
