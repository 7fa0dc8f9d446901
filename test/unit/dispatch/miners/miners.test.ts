import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Backoff } from "../../../../src/dispatch/miners/backoff.ts";
import { LostMiners } from "../../../../src/dispatch/miners/lostMiners.ts";
import { Miner } from "../../../../src/dispatch/miners/miner.ts";
import { MinerRegistry } from "../../../../src/dispatch/miners/minerRegistry.ts";
import { Stepper } from "../../../../src/dispatch/miners/stepper.ts";
import { FakeLink } from "../../../support/dispatch/link.ts";
import { proveLane } from "../../../support/dispatch/world.ts";

const lane = proveLane();

describe("a miner's back-off", () => {
  it("is one second, doubling to sixty, and an accepted answer forgives it", () => {
    const backoff = new Backoff();
    let now = 0;
    const waits = Array.from({ length: 9 }, () => {
      backoff.failed(now, now);
      const wait = backoff.until - now;
      now = backoff.until;
      return wait / 1000;
    });
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    backoff.accepted();
    assert.ok(backoff.until <= 0);
    backoff.failed(now, now);
    assert.equal(backoff.until - now, 1000);
  });

  it("counts what was handed out before it began as one failure", () => {
    const backoff = new Backoff();
    for (let i = 0; i < 50; i++) backoff.failed(100 + i, 50);
    assert.equal(backoff.until, 1100);
    const together = new Backoff();
    for (let i = 0; i < 50; i++) together.failed(100, 100);
    assert.equal(together.until, 1100, "handed out and failed in the same moment");
    together.failed(1100, 1100);
    assert.equal(together.until, 3100, "handed out after it");
  });
});

describe("the registry", () => {
  const lanes = new Map([["prove", lane]]);
  const silent = {
    opened() {},
    drained() {},
    answered: () => null,
    failed: () => null,
    unreachable() {},
    closed() {},
  };
  const linkOf = (hotkey: string, of: string[] = ["prove"]) => new FakeLink(silent, hotkey, { lanes: of });

  it("has the newest link of a hotkey, and knows one of an older link as replaced", () => {
    const registry = new MinerRegistry(lanes, new Map());
    const [old, young] = [linkOf("m"), linkOf("m")];
    const { miner, replaced: none } = registry.open(old);
    assert.equal(none, null);
    const { miner: same, replaced } = registry.open(young);
    assert.deepEqual(
      [same === miner, replaced === old, miner.link === young, registry.linked],
      [true, true, true, 1],
    );
    assert.equal(registry.close(old, 0), null);
    assert.equal(registry.linked, 1);
    assert.equal(registry.close(young, 0), miner);
    assert.equal(registry.close(young, 0), null);
    assert.deepEqual([registry.linked, miner.link], [0, null]);
  });

  it("counts those with a link as active, and those that had one within the last minute", () => {
    const registry = new MinerRegistry(lanes, new Map());
    for (const hotkey of ["a", "b", "c"]) registry.open(linkOf(hotkey));
    const link = registry.get("a")?.link;
    assert.ok(link);
    registry.close(link, 1000);
    assert.equal(registry.active(60_999), 3);
    const again = linkOf("a");
    registry.open(again);
    assert.equal(registry.active(60_999), 3, "one that came back counts once");
    registry.close(again, 2000);
    assert.equal(registry.active(61_999), 3);
    assert.equal(registry.active(62_000), 2);
  });

  it("leaves lanes out that this validator has not", () => {
    const registry = new MinerRegistry(lanes, new Map());
    assert.deepEqual(registry.open(linkOf("m", ["other", "prove"])).miner.lanes, [lane]);
    assert.deepEqual(registry.open(linkOf("m", ["other"])).miner.nextLane(), null);
  });

  it("gives restored caps to their miners, and keeps those of miners that did not come", () => {
    const registry = new MinerRegistry(
      lanes,
      new Map([
        ["a", 20],
        ["b", 30],
      ]),
    );
    assert.equal(registry.open(linkOf("a")).miner.cap.learned, 20);
    assert.equal(registry.open(linkOf("c")).miner.cap.learned, 1);
    assert.deepEqual([...registry.caps()].toSorted(), [
      ["a", 20],
      ["b", 30],
      ["c", 1],
    ]);
  });

  it("remembers 8,192 miners, and first drops those longest without a link", () => {
    const registry = new MinerRegistry(lanes, new Map());
    const stays = linkOf("stays");
    registry.open(stays);
    const fresh = (name: string): void => {
      const link = linkOf(name);
      registry.open(link);
      registry.close(link, 0);
    };
    for (let i = 0; i < 8191; i++) fresh(`m${i}`);
    assert.ok(registry.get("m0"));
    fresh("one more");
    assert.equal([...registry.all()].length, 8192);
    assert.equal(registry.get("m0"), undefined);
    assert.ok(registry.get("m1"));
    assert.ok(registry.get("stays"), "one with a link is never forgotten");
    fresh("m1");
    fresh("another");
    assert.ok(registry.get("m1"), "nor is one that came back since");
    assert.equal(registry.active(0), 8192);
  });
});

describe("lost miners", () => {
  it("are due once their grace is over, and not when they are back; a stall does not count", () => {
    const lost = new LostMiners(10_000);
    const [a, b] = [new Miner("a", null), new Miner("b", null)];
    lost.add(a, 0);
    lost.add(b, 5000);
    assert.deepEqual(lost.due(9999), []);
    assert.deepEqual(lost.due(10_000), [a]);
    assert.deepEqual(lost.due(14_999), []);
    lost.stall(1000);
    assert.deepEqual(lost.due(15_999), []);
    lost.delete(b);
    assert.deepEqual(lost.due(1e9), []);
  });
});

describe("the stepper", () => {
  it("steps every miner once per round, spread evenly", () => {
    const stepper = new Stepper(0);
    const miners = Array.from({ length: 60 }, (_, i) => new Miner(`${i}`, null));
    const looked = new Map<Miner, number>();
    const most: number[] = [];
    for (let now = 250; now <= 45_000; now += 250) {
      let count = 0;
      stepper.step(
        now,
        () => miners,
        (miner) => {
          count++;
          looked.set(miner, (looked.get(miner) ?? 0) + 1);
        },
      );
      most.push(count);
    }
    assert.deepEqual(new Set(looked.values()), new Set([2]));
    assert.equal(looked.size, 60);
    assert.ok(Math.max(...most) <= 2, `${Math.max(...most)} in one tick`);
  });
});
