import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Newcomers } from "../../../src/admit/newcomers.ts";
import { AdmissionWorld, alice, others } from "../../support/admit/world.ts";
import { problemOf } from "../../support/thrown.ts";

const HOUR = 3_600_000;

describe("new hotkeys of an address", () => {
  it("are as many as the limit at once, and one past it waits for its share of an hour", () => {
    const newcomers = new Newcomers(4);
    for (let i = 0; i < 4; i++) assert.equal(newcomers.take("192.0.2.1", `h${i}`, 0), 0);
    assert.equal(newcomers.take("192.0.2.1", "h4", 0), HOUR / 4);
    assert.equal(newcomers.take("192.0.2.1", "h4", HOUR / 4 - 1), 1);
    assert.equal(newcomers.take("192.0.2.1", "h4", HOUR / 4), 0);
  });

  it("are counted once each, and per address: a /64 of IPv6 is one, and so are both forms of IPv4", () => {
    const newcomers = new Newcomers(1);
    for (let i = 0; i < 3; i++) assert.equal(newcomers.take("192.0.2.1", "h", i), 0);
    assert.ok(newcomers.take("::ffff:192.0.2.1", "g", 3) > 0);
    assert.equal(newcomers.take("2001:db8::1", "i", 3), 0);
    assert.ok(newcomers.take("2001:db8::ffff:2", "j", 3) > 0);
    assert.equal(newcomers.take("2001:db8:0:1::1", "j", 3), 0);
  });

  it("are not limited from this host itself", () => {
    const newcomers = new Newcomers(1);
    for (const ip of ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
      for (let i = 0; i < 10; i++) assert.equal(newcomers.take(ip, `${ip} ${i}`, 0), 0);
  });
});

describe("admission of a new hotkey", () => {
  it("is refused past the limit, by its proven hotkey, for submissions, reads and sessions alike", async () => {
    const world = new AdmissionWorld({ newHotkeysPerAddressHour: 1 });
    world.allNew = true;
    const [bob = alice] = others;
    await world.submit(world.letter(alice));
    await world.submit(world.letter(alice, "again"));
    const refusal = { code: "too_many_new_hotkeys", retry_after_s: 3600 };
    assert.deepEqual(await problemOf(() => world.submit(world.letter(bob))), refusal);
    const reading = () => world.admission.authenticate(world.letter(bob), { allowSuspended: true });
    assert.deepEqual(await problemOf(reading), refusal);
    const opening = () => world.admission.openSession(world.letter(bob), { publicKey: new Uint8Array(32) });
    assert.deepEqual(await problemOf(opening), refusal);
    assert.equal(world.recorded.size, 2);
    assert.deepEqual(world.held(), { slots: 0, waiting: 0, reserved: 2 });
    world.allNew = false;
    await world.submit(world.letter(bob));
  });
});
