import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { asEpoch } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { PublishedEpoch } from "../../../src/flow/draw.ts";
import type { Readiness, Skiplist, Status } from "../../../src/http/handlers.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { recordHeight } from "../../../src/validator/identity.ts";
import type { RunningValidator } from "../../../src/validator/start.ts";
import { fetched } from "../../support/documents.ts";
import { planted, submit } from "../../support/lanes/sat/answers.ts";
import { problemOf } from "../../support/thrown.ts";
import { clientUnder, SteppedClock, startInProcess } from "../../support/validator/inProcess.ts";
import { dataDirWith, removeDir, runAssay } from "../../support/validator/validator.ts";

// A wall clock that is wrong for a while: what is lost by it, and what the operator is told.

const HOUR = 3_600_000;
let dir = "";
let clock: SteppedClock;
let running: RunningValidator;

async function end(): Promise<void> {
  if (dir === "") return;
  await running.close();
  removeDir(dir);
}

beforeEach(async () => {
  await end();
  dir = dataDirWith({});
  clock = new SteppedClock();
  // The middle of an epoch, so that no test meets its turn by chance.
  clock.offsetMs = HOUR / 2 - (clock.nowMs() % HOUR);
  running = await startInProcess(dir, clock);
});
after(end);

/** Longer than the sampler's timer, which closes epochs. */
const ticks = (): Promise<void> => sleep(4500);

async function admin<Answer>(path: string, body?: object): Promise<Answer> {
  const token = readFileSync(join(dir, "keys", "admin.token"), "utf8").trim();
  const authorization = `Bearer ${token}`;
  const given = { method: "POST", body: JSON.stringify(body ?? {}) };
  const response = await fetch(running.url + path, {
    ...(body === undefined ? {} : given),
    headers: { authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) },
  });
  assert.ok(response.ok, `${path}: ${response.status}`);
  return (await response.json()) as Answer;
}

/** The failing checks by name. */
async function failing(): Promise<Record<string, string>> {
  const { checks } = (await (await fetch(`${running.url}/readyz`)).json()) as Readiness;
  return Object.fromEntries(checks.filter(({ ok }) => !ok).map(({ name, detail = "" }) => [name, detail]));
}

async function answer(epoch: number, seq: number): Promise<{ status: number; code: string | null }> {
  const alice = await clientUnder(clock, running.url, "//Alice");
  const { challengeId, right } = planted(alice.keypair.hotkey, seq, 1, asEpoch(epoch));
  return submit(alice, challengeId, right);
}

const epochNow = async (): Promise<number> => (await fetched<Status>(running.url, "/v1/status")).epoch;
const stateOf = async (epoch: number): Promise<string> =>
  (await fetched<PublishedEpoch>(running.url, `/v1/sampling/${epoch}`)).state;

test("a clock that runs ahead for a while closes nothing and lifts no suspension", async () => {
  const { hotkey } = await keypairOfUri("//Mallory");
  await admin("/v1/admin/skiplist", { hotkey, tempos: 1, reason: "a test" });
  const epoch = await epochNow();
  clock.offsetMs += 25 * HOUR;
  const refused = await answer(epoch, 0);
  assert.deepEqual([refused.status, refused.code], [503, "clock_doubted"]);
  await ticks();
  const faults = await failing();
  assert.match(faults.clock ?? "", /stepped 90000 s ahead/);
  assert.deepEqual(Object.keys(faults), ["clock", "epoch", "chain"]);
  assert.equal(await stateOf(epoch), "open");
  clock.offsetMs -= 25 * HOUR;
  assert.deepEqual(await failing(), {});
  assert.equal((await answer(epoch, 0)).status, 202);
  assert.deepEqual(
    (await admin<Skiplist>("/v1/admin/skiplist")).items.map((item) => item.hotkey),
    [hotkey],
  );
});

test("even a jump that was accepted deletes no suspension: it holds again when the clock is back", async () => {
  const { hotkey } = await keypairOfUri("//Mallory");
  await admin("/v1/admin/skiplist", { hotkey, tempos: 1, reason: "a test" });
  clock.offsetMs += 25 * HOUR;
  const accepted = await admin("/v1/admin/clock", { accept: true, reason: "a test" });
  assert.equal((accepted as { trusted: boolean }).trusted, true);
  assert.deepEqual((await admin<Skiplist>("/v1/admin/skiplist")).items, []);
  await running.close();
  clock.offsetMs -= 25 * HOUR;
  running = await startInProcess(dir, clock);
  await admin("/v1/admin/clock", { accept: true, reason: "a test" });
  assert.equal((await admin<Skiplist>("/v1/admin/skiplist")).items.length, 1);
});

test("an epoch that a wrong clock closed is named by readiness and by the refusal", async () => {
  const epoch = await epochNow();
  clock.offsetMs += 2 * HOUR;
  await admin("/v1/admin/clock", { accept: true, reason: "a mistake" });
  while ((await stateOf(epoch)) === "open") await sleep(100);
  clock.offsetMs -= 2 * HOUR;
  assert.match((await failing()).clock ?? "", /stepped 7200 s back/);
  await admin("/v1/admin/clock", { accept: true, reason: "set right" });
  await ticks();
  const { epoch: fault, ...others } = await failing();
  assert.deepEqual(others, {});
  const begins = new Date((epoch + 1) * HOUR).toISOString();
  assert.match(
    fault ?? "",
    new RegExp(`epoch ${epoch} is closed on record although it lasts until ${begins}`),
  );
  const alice = await clientUnder(clock, running.url, "//Alice");
  const { challengeId, right } = planted(alice.keypair.hotkey, 0, 1, asEpoch(epoch));
  const reply = await submit(alice, challengeId, right);
  assert.equal(reply.code, "epoch_expired");
  assert.match(reply.text, /was closed before its time/);
});

test("a start with a clock behind a time on record is refused, and once adopted waits for the operator", async () => {
  const epoch = await epochNow();
  await running.close();
  clock.offsetMs -= 3 * HOUR;
  assert.equal((await problemOf(() => startInProcess(dir, clock))).code, "identity_changed");
  // What adopting does under that clock: the command reads the real one.
  const modules = { log: silentLog, metrics: noMetrics, clock };
  const store = await openSqliteStore({ file: join(dir, "assay.db"), ...modules });
  await recordHeight(store, 0);
  await store.close();
  running = await startInProcess(dir, clock);
  assert.match((await failing()).clock ?? "", /before a time that this validator has recorded/);
  await ticks();
  assert.equal((await fetch(`${running.url}/v1/sampling/${epoch - 3}`)).status, 404);
  clock.offsetMs += 3 * HOUR;
  await ticks();
  assert.deepEqual(await failing(), {});
  assert.equal((await answer(epoch, 0)).status, 202);
});

test("the operator's command shows the doubt and ends it", async () => {
  clock.offsetMs += 2 * HOUR;
  const access = ["--url", running.url, "--data", dir];
  const shown = await runAssay(["clock", "show", ...access]);
  assert.match(shown.stdout, /does not believe its clock: .* is 7200 s ahead of the expected time/);
  const accepted = await runAssay(["clock", "accept", "--reason", "a test", ...access, "--json"]);
  assert.equal(accepted.code, 0, accepted.stderr);
  assert.equal((JSON.parse(accepted.stdout) as { trusted: boolean }).trusted, true);
  await ticks();
  assert.deepEqual(await failing(), {});
});
