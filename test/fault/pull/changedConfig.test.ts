import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeSealed } from "../../../src/challenge/sealed.ts";
import type { ChallengePage } from "../../../src/flow/challenge.ts";
import type { Receipt } from "../../../src/flow/submission.ts";
import type { Readiness, Status } from "../../../src/http/handlers.ts";
import { generate } from "../../../src/lanes/sat/generate.ts";
import { encodeBitset } from "../../../src/lanes/sat/solution.ts";
import type { ValidatorClient } from "../../../src/miner/client.ts";
import { examine } from "../../../src/validator/doctor.ts";
import type { RunningValidator } from "../../../src/validator/start.ts";
import { fetched } from "../../support/documents.ts";
import { clientUnder, SteppedClock, startInProcess } from "../../support/validator/inProcess.ts";
import { dataDirWith, removeDir, testSecret } from "../../support/validator/validator.ts";

// A store that goes on under a changed configuration: nobody is punished for a challenge that was issued before.

const HOUR = 3_600_000;
type Shape = { vars: number; clauses: number; method: "biased" | "ajm" };
const small: Shape = { vars: 30, clauses: 60, method: "biased" };
const large: Shape = { vars: 50, clauses: 110, method: "ajm" };
const sealed = makeSealed(Buffer.from(testSecret));

const configOf = (shape: Shape, more: { challenge?: object; sat?: object } = {}): object => ({
  challenge: more.challenge ?? {},
  lanes: { sat: { penalty: "strike", tiers: { 1: { ...shape, allotment: 100, weight: 1 } }, ...more.sat } },
});

interface World {
  readonly dir: string;
  readonly clock: SteppedClock;
  running: RunningValidator;
}

const worlds: World[] = [];
after(async () => {
  for (const { running, dir } of worlds) {
    await running.close();
    removeDir(dir);
  }
});

/** A validator at the middle of an epoch of one hour, so that no test meets its turn by chance. */
async function started(config: object): Promise<World> {
  const dir = dataDirWith(config);
  const clock = new SteppedClock();
  clock.offsetMs = HOUR / 2 - (clock.nowMs() % HOUR);
  const world = { dir, clock, running: await startInProcess(dir, clock) };
  worlds.push(world);
  return world;
}

async function restarted(world: World, config: object, laterMs = 0): Promise<void> {
  await world.running.close();
  writeFileSync(join(world.dir, "assay.yaml"), JSON.stringify(config));
  world.clock.offsetMs += laterMs;
  world.running = await startInProcess(world.dir, world.clock);
}

const alice = ({ clock, running }: World): Promise<ValidatorClient> =>
  clientUnder(clock, running.url, "//Alice");

async function listed(world: World): Promise<ChallengePage> {
  const reply = await (await alice(world)).signed("GET", "/v1/challenges?lane=sat&tier=1&limit=5");
  assert.equal(reply.status, 200, reply.text);
  return JSON.parse(reply.text) as ChallengePage;
}

/** Answers the challenge as if it had the shape, wrongly with `flip`, and waits for the end. */
async function answered(
  world: World,
  epoch: number,
  seq: number,
  shape: Shape,
  flip: 0 | 1 = 0,
): Promise<Receipt> {
  const client = await alice(world);
  const { challengeId, seed } = sealed.issue(client.keypair.hotkey, epoch, 1, seq);
  const model = generate({ seed, ...shape }).model.map((value) => value ^ flip);
  const assignment_b64 = Buffer.from(encodeBitset(model)).toString("base64");
  const body = JSON.stringify({ challenge_id: challengeId, assignment_b64 });
  const reply = await client.signed("POST", "/v1/submissions", body);
  assert.equal(reply.status, 202, reply.text);
  for (;;) {
    const path = `/v1/receipts/${(JSON.parse(reply.text) as Receipt).receipt_id}`;
    const receipt = JSON.parse((await client.signed("GET", path)).text) as Receipt;
    if (receipt.state !== "pending" && receipt.state !== "verifying") return receipt;
    await sleep(20);
  }
}

const standing = (world: World): Promise<string | null> =>
  alice(world).then(({ keypair }) => world.running.standing(keypair.hotkey)?.standing ?? null);

test("a changed shape holds from the first epoch that was not committed, and strikes nobody before", async () => {
  const world = await started(configOf(small));
  const { epoch, items } = await listed(world);
  await restarted(world, configOf(large));
  assert.equal((await answered(world, epoch, 0, small)).state, "accepted");
  assert.deepEqual(await listed(world), { ...(await listed(world)), epoch, items });
  const text = await (await alice(world)).signed("GET", `/v1/challenges/${items[1]?.challenge_id}`);
  assert.match(text.text, /^p cnf 30 60$/m);
  const status = await fetched<Status>(world.running.url, "/v1/status");
  assert.equal(status.lanes.find(({ name }) => name === "sat")?.tiers[0]?.n_vars, 30);
  // The next epoch was committed by the first start; the one after it is the first of the new shape.
  await restarted(world, configOf(large), HOUR);
  assert.equal((await listed(world)).items[0]?.n_vars, 30);
  assert.equal((await answered(world, epoch, 1, small)).state, "accepted");
  await restarted(world, configOf(large), HOUR);
  assert.equal((await listed(world)).items[0]?.n_vars, 50);
  assert.equal((await answered(world, epoch + 2, 0, large)).state, "accepted");
  assert.equal((await answered(world, epoch + 1, 0, small)).state, "accepted");
  assert.equal(await standing(world), "cold_start");
});

test("a penalty of strike does not reach what was issued under reject", async () => {
  const world = await started(configOf(small, { sat: { penalty: "reject" } }));
  const { epoch } = await listed(world);
  await restarted(world, configOf(small));
  assert.equal((await answered(world, epoch, 0, small, 1)).state, "rejected");
  assert.equal(await standing(world), "cold_start");
  await restarted(world, configOf(small), 2 * HOUR);
  assert.equal((await answered(world, epoch + 2, 0, small, 1)).state, "rejected");
  assert.equal(await standing(world), "suspended");
});

test("a changed length of epochs begins when the committed ones are over, and refuses nobody on its way", async () => {
  const world = await started(configOf(small));
  const { epoch } = await listed(world);
  const twice = configOf(small, { challenge: { epoch_hours: 2 } });
  await restarted(world, twice);
  assert.equal((await listed(world)).epoch, epoch);
  assert.equal((await answered(world, epoch, 0, small)).state, "accepted");
  await restarted(world, twice, HOUR);
  assert.equal((await answered(world, epoch + 1, 0, small)).state, "accepted");
  await restarted(world, twice, HOUR);
  const first = Math.floor((epoch + 2) / 2);
  assert.equal((await listed(world)).epoch, first);
  assert.equal((await answered(world, first, 0, small)).state, "accepted");
  assert.equal((await answered(world, epoch + 1, 1, small)).state, "accepted");
  const status = await fetched<Status>(world.running.url, "/v1/status");
  assert.deepEqual([status.epoch, status.epoch_hours], [first, 2]);
  assert.ok((await fetched<Readiness>(world.running.url, "/readyz")).ready);
});

test("doctor says what waits, and for when", async () => {
  const world = await started(configOf(small));
  const { epoch } = await listed(world);
  await world.running.close();
  worlds.splice(worlds.indexOf(world), 1);
  const file = join(world.dir, "assay.yaml");
  const found = async () =>
    (await examine({ dataDir: world.dir, configFile: file, env: {} })).find(({ name }) => name === "epochs");
  assert.deepEqual(await found(), { name: "epochs", state: "ok", detail: "as configured" });
  writeFileSync(file, JSON.stringify(configOf(large, { challenge: { epoch_hours: 3, scheme: "indexed" } })));
  const waiting = await found();
  assert.equal(waiting?.state, "warn");
  const begins = new Date((epoch + 2) * HOUR).toISOString();
  const number = Math.floor((epoch + 2) / 3);
  assert.match(waiting?.detail ?? "", new RegExp(`from epoch ${number}, which begins at ${begins}`));
  for (const key of ["challenge.epoch_hours", "challenge.scheme", "lanes.sat"])
    assert.ok(waiting?.detail.includes(key), waiting?.detail);
  removeDir(world.dir);
});
