import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { SignedVector } from "../../../src/flow/weights.ts";
import { looseTier } from "../../support/crafted.ts";
import { testDatabases } from "../../support/store/postgresDatabases.ts";
import { fleetFor } from "../../support/validator/fleet.ts";

// The process that weighs and closes is killed, or stopped and woken: another takes over, and the one that wakes changes nothing.

const databases = testDatabases();
/** A period of two seconds. */
const chain = { block_ms: 100, tempo: 20 };
const lanes = { sat: { tiers: { 1: looseTier } } };

async function latest(url: string): Promise<number> {
  const reply = await fetch(`${url}/v1/weights/latest`);
  return reply.status === 200 ? ((await reply.json()) as SignedVector & { period: number }).period : -1;
}

/** Waits for the vector of a later period; returns its period. */
async function later(url: string, period: number): Promise<number> {
  for (;;) {
    const now = await latest(url).catch(() => -1);
    if (now > period) return now;
    await sleep(100);
  }
}

async function leaderToken(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query("SELECT token FROM leases WHERE name = 'weigh'");
  await client.end();
  return Number(rows[0]?.token);
}

test("a killed leader is replaced, a stopped one too, and the one that wakes writes nothing", async (t) => {
  const fleet = await fleetFor(t, await databases.get(), { lanes, chain });
  const first = await fleet.start("weigh", "first");
  const second = await fleet.start("weigh", "second");
  const watcher = await fleet.start("api,verify", "watcher");
  const signed = await later(watcher.url, -1);
  const before = await leaderToken(fleet.databaseUrl);

  await first.kill();
  await later(watcher.url, signed + 1);
  const after = await leaderToken(fleet.databaseUrl);
  assert.equal(after, before + 1, "the token grows by one with the take-over");

  const third = await fleet.start("weigh", "third");
  second.process.kill("SIGSTOP");
  // One may have been on its way when it stopped.
  const past = await later(watcher.url, (await latest(watcher.url)) + 1);
  assert.equal(await leaderToken(fleet.databaseUrl), after + 1);
  second.process.kill("SIGCONT");
  await later(watcher.url, past + 1);
  assert.equal(await leaderToken(fleet.databaseUrl), after + 1, "the one that woke did not take it back");

  const client = new pg.Client({ connectionString: fleet.databaseUrl });
  await client.connect();
  const { rows } = await client.query("SELECT period, intent, signature FROM vectors ORDER BY period");
  await client.end();
  for (const { period, intent, signature } of rows) {
    const served = (await (await fetch(`${watcher.url}/v1/weights/${period}`)).json()) as SignedVector;
    const { signature: shown, ...unsigned } = served;
    assert.equal(shown, signature);
    assert.deepEqual(unsigned, JSON.parse(intent as string), "what was signed is what was recorded first");
  }
  for (const validator of [second, third, watcher]) assert.equal(await validator.stop(), 0);
});
