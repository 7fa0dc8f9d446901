import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import type { NodeRecord } from "../../../../src/flow/nodes.ts";
import type { StreamTaken } from "../../../../src/flow/streamRecords.ts";
import { SharedDials } from "../../../../src/validator/roles/sharedDials.ts";

const hotkeys = Array.from({ length: 60 }, (_, i) => `5Miner${i}`);

function record(token: number, change: Partial<NodeRecord> = {}): NodeRecord {
  const living = { alive: true, cordoned: false, draining: false, joinedAt: 0, until: 1 };
  return { token, name: `n${token}`, roles: ["dispatch"], version: "1", ...living, ...change };
}

/** What several processes see of one store. */
class View {
  records: readonly NodeRecord[] = [record(1), record(2)];
  readonly streams = new Map<string, number>();
  isDown = false;

  async nodes(): Promise<NodeRecord[]> {
    if (this.isDown) throw new Error("down");
    return [...this.records];
  }

  async lostStreams(node: number, asked: readonly StreamTaken[]): Promise<string[]> {
    return asked
      .filter(({ hotkey }) => (this.streams.get(hotkey) ?? node) !== node)
      .map(({ hotkey }) => hotkey);
  }

  of(token: number): SharedDials {
    return new SharedDials({ store: this, node: { token }, log: silentLog });
  }
}

test("each miner is dialled by one of the processes that live, take work and dispatch", async () => {
  const view = new View();
  const processes = [1, 2, 3, 4, 5, 6].map((token) => ({ token, dials: view.of(token) }));
  view.records = [
    ...[record(1), record(2), record(3, { alive: false }), record(4, { cordoned: true })],
    ...[record(5, { draining: true }), record(6, { roles: ["api", "verify"] })],
  ];
  const owns = await Promise.all(processes.map(({ dials }) => dials.own(hotkeys)));
  for (const hotkey of hotkeys) assert.equal(owns.filter((own) => own.has(hotkey)).length, 1, hotkey);
  assert.deepEqual(
    owns.map(({ size }) => size > 0),
    [true, true, false, false, false, false],
  );
});

test("the miners of a process that goes are dialled by another, and no other miner changes hands", async () => {
  const view = new View();
  view.records = [record(1), record(2), record(3)];
  const stays = view.of(1);
  const before = await stays.own(hotkeys);
  view.records = [record(1), record(3)];
  const after = await stays.own(hotkeys);
  assert.ok(before.isSubsetOf(after) && after.size > before.size);
});

test("a miner with a stream at another process is not dialled, one with a stream here or nowhere is this one's", async () => {
  const view = new View();
  view.records = [record(1)];
  view.streams.set("5Miner0", 2).set("5Miner1", 1);
  const own = await view.of(1).own(hotkeys);
  assert.deepEqual([own.has("5Miner0"), own.has("5Miner1"), own.size], [false, true, 59]);
});

test("while the store cannot be read nothing changes hands; before it was ever read nobody is dialled", async () => {
  const view = new View();
  const [seen, blind] = [view.of(1), view.of(1)];
  const before = await seen.own(hotkeys);
  view.isDown = true;
  assert.deepEqual(await seen.own(hotkeys), before);
  assert.equal((await blind.own(hotkeys)).size, 0);
});
