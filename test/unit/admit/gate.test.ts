import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { afterEach, describe, it } from "node:test";
import { Gate, type GateOptions, type GateSlot } from "../../../src/admit/gate.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { problemOf } from "../../support/thrown.ts";

const busy = { code: "busy", retry_after_s: 1 };
let visit = new AbortController();
let present = visit.signal;

// Requests still waiting at the end of a test leave.
afterEach(() => {
  visit.abort();
  visit = new AbortController();
  present = visit.signal;
});

function gateOf(options: Partial<GateOptions>): Gate {
  const modules = { clock: systemClock, metrics: noMetrics, name: "test" };
  return new Gate({ slots: 8, waitMs: 60_000, queue: 16, ...options }, modules);
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Asks for a slot and notes its name when it gets one. */
async function queueUp(gate: Gate, served: string[], key: string, name = key): Promise<void> {
  gate.enter(key, present).then(
    () => served.push(name),
    () => {},
  );
  await settled();
}

/** Fills the gate with keys of one slot each. */
function fill(gate: Gate): Promise<GateSlot[]> {
  return Promise.all(
    Array.from({ length: gate.stats().slots }, (_, n) => gate.enter(`holder ${n}`, present)),
  );
}

describe("Gate slots", () => {
  it("hands out as many as it has, and no more", async () => {
    const gate = gateOf({ queue: 0 });
    const slots = await fill(gate);
    assert.equal(gate.stats().held, 8);
    assert.deepEqual(await problemOf(() => gate.enter("late", present)), busy);
    slots[0]?.release();
    await gate.enter("late", present);
    assert.equal(gate.stats().held, 8);
  });

  it("counts a second release of a slot as none", async () => {
    const gate = gateOf({});
    const slot = await gate.enter("a", present);
    const other = await gate.enter("b", present);
    slot.release();
    slot.release();
    assert.equal(gate.stats().held, 1);
    other.release();
    assert.equal(gate.stats().held, 0);
    assert.equal(gate.keys, 0);
  });

  for (const [slots, share] of [
    [1, 1],
    [4, 1],
    [5, 2],
    [8, 2],
    [64, 16],
  ] as const) {
    it(`gives one key ${share} of ${slots}`, async () => {
      const gate = gateOf({ slots, queue: 8 });
      for (let taken = 0; taken < share; taken++) await gate.enter("greedy", present);
      const waiting = gate.enter("greedy", present);
      assert.deepEqual(
        { held: gate.stats().held, waiting: gate.stats().waiting },
        { held: share, waiting: 1 },
      );
      if (slots > share) await gate.enter("modest", present);
      assert.deepEqual(await problemOf(() => gate.enter("greedy", present)), busy);
      waiting.catch(() => {});
    });
  }

  it("refuses options that bound nothing", () => {
    assert.throws(() => gateOf({ slots: 0 }), RangeError);
    assert.throws(() => gateOf({ slots: Number.POSITIVE_INFINITY }), RangeError);
    assert.throws(() => gateOf({ queue: -1 }), RangeError);
    assert.throws(() => gateOf({ waitMs: Number.NaN }), RangeError);
  });
});

describe("Gate queue", () => {
  it("serves one key first come first served", async () => {
    const gate = gateOf({});
    const held = await fill(gate);
    const served: string[] = [];
    for (const name of ["one", "two"]) await queueUp(gate, served, "a", name);
    held[0]?.release();
    held[1]?.release();
    await settled();
    assert.deepEqual(served, ["one", "two"]);
  });

  it("serves the key that holds least, in turn among equals", async () => {
    const gate = gateOf({});
    const held = await fill(gate);
    const served: string[] = [];
    for (const key of ["a", "a", "b", "b", "c"]) await queueUp(gate, served, key);
    for (const slot of held.slice(0, 5)) slot.release();
    await settled();
    assert.deepEqual(served, ["a", "b", "c", "a", "b"]);
  });

  it("a key that keeps coming does not lose its turn", async () => {
    const gate = gateOf({});
    const held = await fill(gate);
    const served: string[] = [];
    for (const key of ["a", "b", "a"]) await queueUp(gate, served, key);
    held[0]?.release();
    await settled();
    assert.deepEqual(served, ["a"]);
  });

  it("lets a newcomer pass a key that has its share, and serves that key once it gives one back", async () => {
    const gate = gateOf({});
    const [first] = await Promise.all([gate.enter("greedy", present), gate.enter("greedy", present)]);
    const served: string[] = [];
    await queueUp(gate, served, "greedy");
    await gate.enter("modest", present);
    assert.deepEqual(served, []);
    first.release();
    await settled();
    assert.deepEqual(served, ["greedy"]);
  });

  it("takes as many as it may, one more is refused", async () => {
    const gate = gateOf({ queue: 3 });
    await fill(gate);
    const served: string[] = [];
    for (const key of ["a", "b", "c"]) await queueUp(gate, served, key);
    assert.equal(gate.stats().waiting, 3);
    assert.deepEqual(await problemOf(() => gate.enter("d", present)), busy);
    assert.equal(gate.stats().waiting, 3);
  });

  it("a flood of one key takes an eighth of the queue, and everybody else gets in", async () => {
    const gate = gateOf({ slots: 64, queue: 256 });
    const flood = Array.from({ length: 1000 }, () => gate.enter("flood", present));
    for (const entering of flood) entering.catch(() => {});
    await settled();
    assert.equal(gate.stats().held, 16);
    assert.equal(gate.stats().waiting, 32);
    await Promise.all(Array.from({ length: 48 }, (_, n) => gate.enter(`miner ${n}`, present)));
    assert.equal(gate.stats().held, 64);
  });

  it("when keys in league fill the queue, a newcomer displaces the newest of the longest line", async () => {
    const gate = gateOf({ queue: 16 });
    await fill(gate);
    const served: string[] = [];
    const newest = Array.from({ length: 8 }, (_, n) => {
      queueUp(gate, served, `league ${n}`);
      const entering = gate.enter(`league ${n}`, present);
      entering.catch(() => {});
      return entering;
    });
    assert.equal(gate.stats().waiting, 16);
    await queueUp(gate, served, "honest");
    assert.deepEqual(await problemOf(() => newest[0]), busy);
    assert.equal(gate.stats().waiting, 16);
    // A second place would leave the displaced with less than its own.
    assert.deepEqual(await problemOf(() => gate.enter("honest", present)), busy);
  });

  it("refuses with busy once the wait is over, oldest first", async () => {
    const gate = gateOf({ slots: 1, waitMs: 5 });
    const held = await fill(gate);
    const ends: string[] = [];
    const waits = ["a", "b", "c"].map((key) =>
      problemOf(() => gate.enter(key, present)).then((problem) => {
        ends.push(key);
        assert.deepEqual(problem, busy);
      }),
    );
    await Promise.all(waits);
    assert.deepEqual(ends, ["a", "b", "c"]);
    assert.equal(gate.stats().waiting, 0);
    held[0]?.release();
    assert.equal(gate.keys, 0);
  });

  it("counts the wait from the arrival, inclusive at its end", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let nowMs = 0;
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
    const gate = new Gate({ slots: 1, waitMs: 250, queue: 16 }, { clock, metrics: noMetrics, name: "test" });
    const advance = (ms: number) => {
      nowMs += ms;
      t.mock.timers.tick(ms);
    };
    await gate.enter("holder", present);
    const first = problemOf(() => gate.enter("a", present));
    advance(100);
    const second = problemOf(() => gate.enter("b", present));
    advance(149);
    assert.equal(gate.stats().waiting, 2);
    advance(1);
    assert.deepEqual(await first, busy);
    assert.equal(gate.stats().waiting, 1);
    advance(99);
    assert.equal(gate.stats().waiting, 1);
    advance(1);
    assert.deepEqual(await second, busy);
  });
});

describe("Gate and clients that vanish", () => {
  it("turns away a client that is gone already", async () => {
    const gate = gateOf({});
    await assert.rejects(gate.enter("a", AbortSignal.abort("gone")), (reason) => reason === "gone");
    assert.equal(gate.keys, 0);
  });

  it("forgets thousands that leave the queue or their slot, and keeps no listener", async () => {
    const gate = gateOf({ slots: 4, queue: 64 });
    const signals: AbortSignal[] = [];
    for (let round = 0; round < 500; round++) {
      const held = await fill(gate);
      const clients = Array.from({ length: 10 }, () => new AbortController());
      const entering = clients.map((client, n) => gate.enter(`client ${n % 4}`, client.signal));
      const ends = Promise.allSettled(entering);
      assert.equal(gate.stats().waiting, 10);
      for (const [n, client] of clients.entries()) if (n % 2 === 0) client.abort();
      assert.equal(gate.stats().waiting, 5);
      for (const slot of held) slot.release();
      for (const client of clients) client.abort();
      for (const end of await ends) if (end.status === "fulfilled") end.value.release();
      signals.push(...clients.map((client) => client.signal));
    }
    assert.deepEqual(gate.stats(), { slots: 4, waitMs: 60_000, queue: 64, held: 0, waiting: 0 });
    assert.equal(gate.keys, 0);
    assert.equal(signals.flatMap((signal) => getEventListeners(signal, "abort")).length, 0);
  });
});
