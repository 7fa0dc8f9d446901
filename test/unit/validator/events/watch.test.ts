import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import type { StandingFeed } from "../../../../src/flow/standingChanges.ts";
import { EventHub } from "../../../../src/http/events/hub.ts";
import { EventWatch } from "../../../../src/validator/events/watch.ts";
import type { Snapshot } from "../../../../src/validator/overview/overview.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

class Reader extends EventEmitter {
  text = "";
  destroyed = false;
  readonly writableLength = 0;
  write(bytes: Buffer): void {
    this.text += bytes.toString();
  }
  names(): string[] {
    return [...this.text.matchAll(/^event: (\w+)$/gm)].map(([, name = ""]) => name);
  }
  lastId(): number {
    return Number([...this.text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? Number.NaN);
  }
}

function world() {
  const clock = new FakeClock(1_000_000);
  const hub = new EventHub({ streams: 9 }, { clock, metrics: noMetrics });
  const standings = new Map([["5A", "active"]]);
  const state = { looks: 0, struck: [] as string[], lost: false, number: 0 };
  const snapshot = async (): Promise<Snapshot> => {
    state.looks++;
    const facts = { plans: [], vector: null, epoch: { number: 7, ends_at: 9 }, closedEpoch: null };
    return {
      json: `{"look":${state.looks}}`,
      facts: { ...facts, standings: new Map(standings) },
    } as unknown as Snapshot;
  };
  const store = {
    standingChanges: async (after: number | null) => {
      const hotkeys = after === null ? [] : state.lost ? null : state.struck;
      return { last: state.number, hotkeys };
    },
    strikesSince: async (hotkeys: readonly string[]) =>
      hotkeys.map((hotkey) => ({ strikeId: `st_${hotkey}`, hotkey, block: 3 })),
  } as unknown as StandingFeed;
  const watch = new EventWatch({ hub, overview: { snapshot }, store, clock, log: silentLog });
  const join = async (lastId: number | null = null): Promise<Reader> => {
    const reader = new Reader();
    hub.add(reader as unknown as ServerResponse, lastId);
    await watch.tick();
    return reader;
  };
  const second = async (count = 1): Promise<void> => {
    for (let i = 0; i < count; i++) {
      clock.advance(1000);
      await watch.tick();
    }
  };
  return { hub, watch, standings, state, join, second };
}

test("nothing is looked at while nobody reads; the first reader gets an overview at once", async () => {
  const { state, join, second } = world();
  await second(10);
  assert.equal(state.looks, 0);
  const reader = await join();
  assert.deepEqual(reader.names(), ["overview"]);
});

test("overviews come every five seconds, changes within one, each strike once", async () => {
  const { standings, state, join, second } = world();
  const reader = await join();
  standings.set("5A", "suspended");
  state.struck = ["5A"];
  await second();
  assert.deepEqual(reader.names(), ["overview", "strike", "standing"]);
  assert.match(reader.text, /data: \{"hotkey":"5A","id":"st_5A","block":3\}/);
  assert.match(reader.text, /data: \{"hotkey":"5A","standing":"suspended"\}/);
  await second(9);
  assert.deepEqual(reader.names(), ["overview", "strike", "standing", "overview", "overview"]);
});

test("where what changed is not known any more, or is too much, everything is to be loaded anew", async () => {
  const { standings, state, join, second } = world();
  const reader = await join();
  state.lost = true;
  await second();
  assert.deepEqual(reader.names(), ["overview", "reset"]);
  state.lost = false;
  for (let i = 0; i < 300; i++) standings.set(`5${i}`, "cold_start");
  await second();
  assert.deepEqual(reader.names(), ["overview", "reset", "reset"]);
});

test("who comes back within a minute goes on; later it is told to load everything anew", async () => {
  const { hub, standings, state, join, second } = world();
  const first = await join();
  const seen = first.lastId();
  first.emit("close");
  standings.set("5B", "active");
  await second(59);
  const soon = await join(seen);
  assert.deepEqual(soon.names().slice(0, 2), ["standing", "overview"]);
  const later = soon.lastId();
  soon.emit("close");
  await second(62);
  const { looks } = state;
  await second(5);
  assert.equal(state.looks, looks, "nobody reads, and nothing is followed");
  const late = await join(later);
  assert.equal(late.names()[0], "reset");
  assert.equal(hub.readers, 1);
});

test("a look that fails is not the end: the next one tells", async () => {
  const { standings, state, join, second } = world();
  const reader = await join();
  const struck = state.struck;
  Object.assign(state, { struck: undefined });
  standings.set("5B", "active");
  await second();
  assert.deepEqual(reader.names(), ["overview"]);
  Object.assign(state, { struck });
  await second();
  assert.deepEqual(reader.names(), ["overview", "standing"]);
});

test("a stop is told as a last overview", async () => {
  const { watch, join, state } = world();
  const reader = await join();
  await watch.last();
  assert.match(reader.text, new RegExp(`data: {"look":${state.looks}}\\n\\n$`));
});
