import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { Gate, type GateSlot } from "../../../src/admit/gate.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { noMetrics } from "../../../src/core/metrics.ts";

interface Client {
  readonly key: string;
  readonly abort: AbortController;
  state: "waiting" | "held" | "done";
  slot: GateSlot | null;
}

type Step =
  | { readonly act: "enter"; readonly key: string }
  | { readonly act: "leave"; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("enter" as const), key: fc.constantFrom(..."abcde") }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("leave" as const), which: fc.nat(50) }) },
);

function enter(gate: Gate, key: string): Client {
  const client: Client = { key, abort: new AbortController(), state: "waiting", slot: null };
  gate.enter(key, client.abort.signal).then(
    (slot) => {
      // A slot may come to a client that left in the same instant: it gives it back, as admission does.
      if (client.state === "done") slot.release();
      else Object.assign(client, { state: "held", slot });
    },
    () => Object.assign(client, { state: "done" }),
  );
  return client;
}

function leave(client: Client): void {
  if (client.state === "held") client.slot?.release();
  else client.abort.abort();
  client.state = "done";
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it("holds its bounds, idles no slot that somebody may have, and ends empty, in any order of events", async () => {
  const sizes = fc.record({ slots: fc.integer({ min: 1, max: 9 }), queue: fc.integer({ min: 0, max: 20 }) });
  await fc.assert(
    fc.asyncProperty(sizes, fc.array(step, { maxLength: 120 }), async (size, steps) => {
      const modules = { clock: systemClock, metrics: noMetrics, name: "test" };
      const gate = new Gate({ ...size, waitMs: 60_000 }, modules);
      const slotShare = Math.max(1, Math.ceil(size.slots / 4));
      let clients: Client[] = [];
      for (const event of steps) {
        if (event.act === "enter") clients.push(enter(gate, event.key));
        else if (clients.length > 0) leave(clients[event.which % clients.length] ?? assert.fail());
        await settled();
        clients = clients.filter((client) => client.state !== "done");
        const held = clients.filter((client) => client.state === "held");
        const waiting = clients.filter((client) => client.state === "waiting");
        assert.deepEqual(
          { held: held.length, waiting: waiting.length },
          { held: gate.stats().held, waiting: gate.stats().waiting },
        );
        assert.ok(held.length <= size.slots && waiting.length <= size.queue);
        for (const key of "abcde") {
          const own = held.filter((client) => client.key === key).length;
          const places = waiting.filter((client) => client.key === key).length;
          assert.ok(own <= slotShare && places <= Math.ceil(size.queue / 8));
          if (places > 0 && own < slotShare) assert.equal(held.length, size.slots);
        }
      }
      for (const client of clients) leave(client);
      await settled();
      assert.deepEqual(
        { ...gate.stats(), keys: gate.keys },
        { ...size, waitMs: 60_000, held: 0, waiting: 0, keys: 0 },
      );
    }),
    { numRuns: 60 },
  );
});
