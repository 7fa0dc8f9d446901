import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bombsOf } from "../../support/fault/fuzz/bodies.ts";
import { Chance } from "../../support/fault/fuzz/chance.ts";
import { residentMib } from "../../support/fault/fuzz/memory.ts";
import { rendered } from "../../support/fault/fuzz/message.ts";
import { Wire } from "../../support/fault/fuzz/wire.ts";
import { type FuzzWorld, startFuzzWorld } from "../../support/fault/fuzz/world.ts";
import { scaled, seedOf } from "../../support/fault/scale.ts";
import { planted } from "../../support/lanes/sat/answers.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";

// Storms of one kind, at a validator that an honest miner works for meanwhile.

const seed = seedOf("storms");
const chance = new Chance(seed, "storms");
let world: FuzzWorld;

before(async () => {
  world = await startFuzzWorld(seed);
});

after(() => world?.close());

/** Sends the same bytes again and again over several connections; returns how often each status came. */
async function storm(bytes: Buffer, times: number): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  let left = times;
  const one = async (address: string): Promise<void> => {
    while (left > 0) {
      const wire = new Wire(world.port, address);
      await wire.opened();
      for (let isKept = true; isKept && left > 0; ) {
        left--;
        wire.send(bytes);
        const answer = (await wire.answer(false)) ?? assert.fail("no answer");
        counts[answer.status] = (counts[answer.status] ?? 0) + 1;
        isKept = answer.headers.get("connection") !== "close";
      }
      wire.destroy();
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, n) => one(`127.0.0.${n + 1}`)));
  return counts;
}

function post(body: Buffer, headers: Readonly<Record<string, string>> = {}) {
  return {
    ...{ method: "POST", target: "/v1/submissions", version: "HTTP/1.1", framing: "length" as const, body },
    headers: Object.entries({ Host: "storm", "Content-Type": "application/json", ...headers }),
  };
}

test("compression bombs are refused by their header, at no cost in memory", async () => {
  const { pid = 0 } = world.validator.process;
  const bombs = bombsOf(50);
  const before = residentMib(pid);
  for (const [coding, body] of Object.entries(bombs)) {
    const bytes = rendered(post(body, { "Content-Encoding": coding }), chance);
    const times = scaled(100, 5000);
    assert.deepEqual(await storm(bytes, times), { 415: times }, coding);
  }
  const grown = residentMib(pid) - before;
  assert.ok(grown < 100, `${grown} MiB more: as much as two of the bombs unpacked`);
});

test("a storm of replayed submissions changes nothing: one receipt, one row, and others are served", async () => {
  const [signer = assert.fail()] = world.signers;
  const { challengeId, right } = planted(signer.hotkey, 9000);
  const body = Buffer.from(JSON.stringify({ challenge_id: challengeId, assignment_b64: right }));
  const message = post(body);
  signer.sign(message, chance);
  const counts = await storm(rendered(message, chance), scaled(2000, 50_000));
  assert.ok((counts[202] ?? 0) + (counts[200] ?? 0) > 0, JSON.stringify(counts));
  // Past its window the signature is stale, and before that the answer is the receipt of the first time.
  assert.deepEqual(
    Object.keys(counts).filter((status) => !["200", "202", "401"].includes(status)),
    [],
  );
  assert.ok((counts[202] ?? 0) <= 1, JSON.stringify(counts));
  assert.deepEqual([...world.honest.refusals], []);
  assert.equal((await world.honest.stop()).others, 0);
  assert.deepEqual(world.errors(), []);
  await world.validator.kill();
  const { submissions } = recordsOnDisk(world.validator.dataDir);
  const rows = submissions.filter(({ challenge_id }) => challenge_id === challengeId);
  assert.equal(rows.length, 1);
});
