import assert from "node:assert/strict";
import { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { LateEnds } from "../../../src/http/wire/lateEnds.ts";

function world(t: TestContext, limit: number): { ends: LateEnds; pass: (ms: number) => Promise<void> } {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const ends = new LateEnds(limit);
  const pass = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ends, pass };
}

const sockets = (count: number): Socket[] => Array.from({ length: count }, () => new Socket());
const openOf = (all: readonly Socket[]): number => all.filter(({ destroyed }) => !destroyed).length;

test("none ends within two seconds, all within four, and never more than one in 200 of them in one tick", async (t) => {
  const { ends, pass } = world(t, 400);
  const all = sockets(400);
  for (const socket of all) ends.add(socket);
  await pass(2000);
  assert.equal(openOf(all), 400);
  for (let tick = 0, open = 400; tick < 200; tick++) {
    await pass(10);
    assert.equal(open - openOf(all), 2, `tick ${tick}`);
    open = openOf(all);
  }
  assert.equal(openOf(all), 0);
  assert.equal(ends.size, 0);
});

test("after a time without any, the next ones wait as long", async (t) => {
  const { ends, pass } = world(t, 10);
  for (const idleMs of [5000, 0]) {
    const [socket] = sockets(1) as [Socket];
    ends.add(socket);
    await pass(2000);
    assert.equal(socket.destroyed, false);
    await pass(2000);
    assert.equal(socket.destroyed, true);
    await pass(idleMs);
  }
});

test("past the limit a connection ends at once; one that ended by itself makes room", async (t) => {
  const { ends, pass } = world(t, 2);
  const [first, second, third, fourth] = sockets(4) as [Socket, Socket, Socket, Socket];
  for (const socket of [first, second, third]) ends.add(socket);
  assert.deepEqual([first.destroyed, second.destroyed, third.destroyed], [false, false, true]);
  first.destroy();
  await pass(0);
  ends.add(fourth);
  assert.equal(fourth.destroyed, false);
  assert.equal(ends.size, 2);
});

test("what is sent meanwhile is discarded, up to a bound", (t) => {
  const { ends } = world(t, 1);
  const [socket] = sockets(1) as [Socket];
  ends.add(socket);
  socket.emit("data", Buffer.alloc(16_384));
  assert.equal(socket.destroyed, false);
  socket.emit("data", Buffer.alloc(1));
  assert.equal(socket.destroyed, true);
});

test("once closed it holds nobody", (t) => {
  const { ends } = world(t, 10);
  const all = sockets(2) as [Socket, Socket];
  ends.add(all[0]);
  ends.close();
  ends.add(all[1]);
  assert.equal(openOf(all), 0);
});
