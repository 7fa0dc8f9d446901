import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Servers } from "../../../../sim/engine/servers.ts";

describe("servers", () => {
  it("work side by side, and what finds none free waits for the first", () => {
    const servers = new Servers(2);
    assert.deepEqual([servers.take(0, 10), servers.take(0, 20), servers.take(0, 5)], [10, 20, 15]);
    assert.equal(servers.waitMs(0), 15);
    assert.equal(servers.waitMs(15), 0);
    assert.equal(servers.take(100, 1), 101, "an idle server has nothing left of before");
    assert.equal(servers.busyMs, 36);
  });

  it("drop all work in hand", () => {
    const servers = new Servers(2);
    for (let i = 0; i < 6; i++) servers.take(0, 100);
    servers.clear(40);
    assert.equal(servers.waitMs(40), 0);
    assert.deepEqual([servers.take(40, 10), servers.take(40, 10), servers.take(40, 10)], [50, 50, 60]);
  });

  it("become more: the new ones are free", () => {
    const servers = new Servers(1);
    servers.take(0, 100);
    servers.resize(3, 30);
    assert.deepEqual(
      [servers.count, servers.take(30, 10), servers.take(30, 80), servers.take(30, 10)],
      [3, 40, 110, 50],
    );
  });

  it("become fewer: those that go on the longest are left", () => {
    const servers = new Servers(3);
    for (const ms of [100, 300, 200]) servers.take(0, ms);
    servers.resize(2, 10);
    assert.deepEqual([servers.count, servers.waitMs(10)], [2, 190]);
    servers.resize(1, 10);
    assert.deepEqual([servers.count, servers.take(10, 1)], [1, 301]);
  });

  it("are one at least", () => {
    assert.equal(new Servers(0).count, 1);
  });
});
