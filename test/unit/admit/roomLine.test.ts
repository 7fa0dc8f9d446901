import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { ROOM_WAIT_MS, RoomLine } from "../../../src/admit/roomLine.ts";
import type { Reservation } from "../../../src/flow/reservation.ts";
import { Units } from "../../../src/verify/units.ts";
import { settled } from "../../support/admit/world.ts";
import { problemOf } from "../../support/thrown.ts";

const { signal } = new AbortController();

function roomFor(t: TestContext, bound: number) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const units = new Units(bound);
  const line = new RoomLine({ hasRoom: () => units.fits(1), reserve: () => units.reserve(1) });
  const order: string[] = [];
  const enter = async (name: string, until = signal): Promise<Reservation> => {
    const reservation = await line.reserve("sat", until);
    order.push(name);
    return reservation;
  };
  return { units, line, order, enter };
}

describe("room in verification", () => {
  it("is taken at once up to the bound, and one past it waits until some is given back", async (t) => {
    const { line, order, enter } = roomFor(t, 2);
    const first = await enter("first");
    await enter("second");
    const third = enter("third");
    await settled();
    assert.deepEqual([order, line.length], [["first", "second"], 1]);
    first.release();
    await third;
    assert.deepEqual([order, line.length], [["first", "second", "third"], 0]);
  });

  it("goes to who waits longest, and a newcomer does not overtake", async (t) => {
    const { units, order, enter } = roomFor(t, 1);
    const held = await enter("held");
    const waiting = [enter("first"), enter("second")];
    await settled();
    held.release();
    waiting.push(enter("newcomer"));
    for (const next of waiting) (await next).release();
    assert.deepEqual(order, ["held", "first", "second", "newcomer"]);
    assert.equal(units.held, 0);
  });

  it("is refused with verify_backlog when none came in time, not a moment before", async (t) => {
    const { line, enter } = roomFor(t, 1);
    await enter("held");
    const refused = problemOf(() => enter("late"));
    await settled();
    t.mock.timers.tick(ROOM_WAIT_MS - 1);
    await settled();
    assert.equal(line.length, 1);
    t.mock.timers.tick(1);
    assert.deepEqual(await refused, { code: "verify_backlog", retry_after_s: 1 });
    assert.equal(line.length, 0);
  });

  it("that was given back unseen is found at the end of the wait", async (t) => {
    const { units, order, enter } = roomFor(t, 1);
    const elsewhere = units.reserve(1);
    const waiting = enter("late");
    elsewhere?.release();
    t.mock.timers.tick(ROOM_WAIT_MS);
    await waiting;
    assert.deepEqual(order, ["late"]);
  });

  it("is left by a client that vanishes, and goes to the next", async (t) => {
    const { line, order, enter } = roomFor(t, 1);
    const held = await enter("held");
    const client = new AbortController();
    const gone = enter("gone", client.signal);
    const next = enter("next");
    await settled();
    client.abort("left");
    await assert.rejects(gone, (reason) => reason === "left");
    held.release();
    await next;
    assert.deepEqual([order, line.length], [["held", "next"], 0]);
  });
});
