import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { systemClock } from "../../../src/core/clock.ts";
import { asEpoch } from "../../../src/core/ids.ts";
import type { ClosedEpochPage, Readiness, Skiplist, Status } from "../../../src/http/handlers.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { fetched } from "../../support/documents.ts";
import { planted, submit } from "../../support/lanes/sat/answers.ts";
import { clientUnder, SteppedClock } from "../../support/validator/inProcess.ts";
import { operatorAsks } from "../../support/validator/operator.ts";
import { dataDirWith, removeDir, spawnAssay } from "../../support/validator/validator.ts";

// The wall clock of a real process steps by an hour and by a day, both ways, and back.

const HOUR = 3_600_000;
const preload = pathToFileURL(join(import.meta.dirname, "../../support/validator/steppedDate.mjs")).href;

async function urlOf(spawned: ReturnType<typeof spawnAssay>): Promise<string> {
  for (;;) {
    const url = /^listening on (http:\S+)$/m.exec(spawned.stdout())?.[1];
    if (url !== undefined) return url;
    assert.equal(spawned.process.exitCode, null, spawned.stderr());
    await sleep(50);
  }
}

test("an hour or a day, ahead or behind: nothing is decided by it, nothing closes, no suspension ends, and all goes on after it", async (t) => {
  const dir = dataDirWith({});
  t.after(() => removeDir(dir));
  const file = join(dir, "clock");
  // The middle of an epoch, so that it does not turn meanwhile.
  const base = HOUR / 2 - (systemClock.nowMs() % HOUR);
  const clock = new SteppedClock();
  clock.offsetMs = base;
  const setTo = (ms: number): void => writeFileSync(file, String(base + ms));
  setTo(0);
  const env = { NODE_OPTIONS: `--import=${preload}`, TEST_CLOCK_FILE: file };
  const spawned = spawnAssay(["up", "--data", dir, "--port", "0", "--log-level", "silent"], env);
  t.after(() => spawned.process.kill("SIGKILL"));
  const url = await urlOf(spawned);
  const { hotkey: mallory } = await keypairOfUri("//Mallory");
  const there = { url, dataDir: dir };
  const suspension = { hotkey: mallory, tempos: 1, reason: "a test" };
  assert.equal((await operatorAsks(there, "POST", "/v1/admin/skiplist", suspension)).status, 201);
  const alice = await clientUnder(clock, url, "//Alice");
  const { epoch } = await fetched<Status>(url, "/v1/status");
  const failing = async (): Promise<string[]> => {
    const { checks } = (await (await fetch(`${url}/readyz`)).json()) as Readiness;
    return checks.filter(({ ok }) => !ok).map(({ name }) => name);
  };
  const answer = async (seq: number) => {
    const { challengeId, right } = planted(alice.keypair.hotkey, seq, 1, asEpoch(epoch));
    return submit(alice, challengeId, right);
  };
  assert.equal((await answer(0)).status, 202);
  for (const [i, step] of [HOUR, -HOUR, 24 * HOUR, -24 * HOUR].entries()) {
    setTo(step);
    while (!(await failing()).includes("clock")) await sleep(50);
    const refused = await answer(2 * i + 1);
    assert.deepEqual([refused.status, refused.code], [503, "clock_doubted"], `step ${step}`);
    // Longer than the timer that closes epochs.
    await sleep(2500);
    assert.deepEqual((await fetched<ClosedEpochPage>(url, "/v1/sampling")).items, [], `step ${step}`);
    const { document } = await operatorAsks<Skiplist>(there, "GET", "/v1/admin/skiplist");
    assert.equal(document.items.length, 1, `step ${step}`);
    setTo(0);
    while ((await failing()).includes("clock")) await sleep(50);
    assert.equal((await answer(2 * i + 2)).status, 202, `after step ${step}`);
  }
  spawned.process.kill("SIGTERM");
  while (spawned.process.exitCode === null) await sleep(50);
  assert.equal(spawned.process.exitCode, 0);
});
