import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointNames } from "../../../../src/chain/subtensor/connect/endpointName.ts";
import { ErrorLevel } from "../../../../src/chain/subtensor/connect/errorLevel.ts";
import { disagreementOf, Heights } from "../../../../src/chain/subtensor/connect/heights.ts";
import {
  choose,
  type EndpointView,
  isHealthy,
  ranked,
} from "../../../../src/chain/subtensor/connect/rank.ts";
import { backoffMs } from "../../../../src/core/backoff.ts";

const rules = { staleAfterMs: 120_000, blockMs: 12_000, holdMs: 60_000 };

function view(name: string, given: Partial<EndpointView> = {}): EndpointView {
  return { name, isOpen: true, height: 100, ageMs: 1000, errors: 0, latencyMs: 10, ...given };
}

test("an endpoint is healthy up to each bound, and not one past it", () => {
  const good = view("a");
  const bounds: [Partial<EndpointView>, boolean][] = [
    [{}, true],
    [{ isOpen: false }, false],
    [{ height: null }, false],
    [{ ageMs: null }, false],
    [{ ageMs: 120_000 }, true],
    [{ ageMs: 120_001 }, false],
    [{ errors: 7.9 }, true],
    [{ errors: 8 }, false],
    [{ height: 90 }, true],
    [{ height: 89 }, false],
  ];
  for (const [given, isGood] of bounds) {
    const other = view("b", given);
    assert.equal(isHealthy(other, [good, other], rules), isGood, JSON.stringify(given));
  }
});

test("the best is the one whose block is youngest, fewest behind and with the fewest errors", () => {
  const names = ranked(
    [
      view("errors", { errors: 3 }),
      view("behind", { height: 99 }),
      view("old", { ageMs: 9000 }),
      view("best"),
    ],
    rules,
  ).map(({ name }) => name);
  assert.deepEqual(names, ["best", "old", "behind", "errors"]);
});

test("a healthy endpoint is kept until another is better by more than three blocks and it was held", () => {
  const used = (forMs: number) => ({ name: "a", forMs });
  const better = [view("a", { ageMs: 37_001 }), view("b", { ageMs: 1000 })];
  assert.equal(choose(better, used(60_000), rules), "b");
  assert.equal(choose(better, used(59_999), rules), "a");
  const alike = [view("a", { ageMs: 37_000 }), view("b", { ageMs: 1000 })];
  assert.equal(choose(alike, used(1e9), rules), "a");
});

test("an endpoint that is not healthy is left at once, and without a healthy one none is used", () => {
  const views = [view("a", { isOpen: false }), view("b", { ageMs: 100_000 })];
  assert.equal(choose(views, { name: "a", forMs: 0 }, rules), "b");
  assert.equal(choose([view("a", { isOpen: false })], { name: "a", forMs: 0 }, rules), null);
  assert.equal(choose([], null, rules), null);
});

test("back-off doubles to its bound, and half of it is drawn", () => {
  const rule = { firstMs: 500, mostMs: 4000 };
  const whole = [1, 2, 3, 4, 5, 60].map((failures) => backoffMs(failures, rule, () => 1));
  assert.deepEqual(whole, [500, 1000, 2000, 4000, 4000, 4000]);
  assert.equal(
    backoffMs(3, rule, () => 0),
    1000,
  );
});

test("failures add up, and answers and time take off", () => {
  const level = new ErrorLevel();
  for (let i = 0; i < 4; i++) level.failed(0);
  assert.equal(level.value(0), 4);
  assert.equal(level.value(60_000), 2);
  level.answered(60_000);
  assert.equal(level.value(60_000), 1.6);
});

test("hashes are compared height by height, and forgotten after 64", () => {
  const [one, other] = [new Heights(), new Heights()];
  const all = [
    { name: "one", heights: one },
    { name: "other", heights: other },
  ];
  one.note({ number: 1, hash: "0xa" });
  other.note({ number: 2, hash: "0xb" });
  assert.equal(disagreementOf(all), null);
  other.note({ number: 1, hash: "0xc" });
  assert.deepEqual(disagreementOf(all), {
    number: 1,
    hashes: [
      { endpoint: "one", hash: "0xa" },
      { endpoint: "other", hash: "0xc" },
    ],
  });
  for (let number = 2; number <= 65; number++) one.note({ number, hash: number === 2 ? "0xb" : "0x" });
  assert.equal(disagreementOf(all), null, "the first height is gone, the second agrees");
});

test("a name shows neither path, query nor user, and is told apart from one of the same host", () => {
  assert.deepEqual(
    endpointNames(["wss://me:pw@node.example:443/key", "wss://node.example/?k=1", "ws://a:1"]),
    ["wss://node.example", "wss://node.example #2", "ws://a:1"],
  );
});
