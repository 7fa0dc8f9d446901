import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { doubleFor, openedOn } from "../../support/chainClient/opened.ts";
import { until } from "../../support/until.ts";

// One node, and what it may do to its connections: the height becomes unknown, says why, and comes back.

const faults = {
  "a silent node": { silent: true },
  "a half-open socket": { halfOpen: true },
  "a node whose finality stands still": { lag: "finality" },
  "a node that is slower than any deadline": { slowMs: 60_000 },
} as const;

for (const [name, set] of Object.entries(faults)) {
  test(`${name} makes the height unknown, and is used again when it is back`, async (t) => {
    const double = await doubleFor(t);
    const { chain } = await openedOn(t, double.urls);
    const before = chain.block();
    assert.notEqual(before, null);
    assert.deepEqual(chain.faults?.(), []);

    await double.control({ do: "faults", set });
    await until(() => chain.block() === null);
    const [fault] = chain.faults?.() ?? [];
    assert.match(fault?.what ?? "", /height is unknown/);
    assert.match(fault?.why ?? "", /ws:\/\/127\.0\.0\.1/);
    assert.equal(chain.isRegistered("nobody"), false);
    assert.equal(chain.miners()?.length, 2, "the miners stay known");

    await double.control({ do: "healthy" });
    await until(() => (chain.block() ?? 0) > (before ?? 0));
    assert.deepEqual(chain.faults?.(), []);
  });
}

test("a connection that is closed is made again", async (t) => {
  const double = await doubleFor(t);
  const { chain, has } = await openedOn(t, double.urls);
  const before = chain.block() ?? 0;
  await double.control({ do: "closeSockets" });
  await until(() => has("chain_endpoint_lost"));
  await until(() => (chain.block() ?? 0) > before + 5);
});

test("a follow that the node stops is begun again", async (t) => {
  const double = await doubleFor(t);
  const { chain } = await openedOn(t, double.urls);
  const before = chain.block() ?? 0;
  await double.control({ do: "stopFollows" });
  await until(() => (chain.block() ?? 0) > before + 5);
});

test("without a node the chain opens, says why the height is unknown, and begins when one is there", async (t) => {
  const double = await doubleFor(t);
  await double.control({ do: "faults", set: { refuseConnections: true } });
  const { chain } = await openedOn(t, double.urls, { waitMs: 100 });
  assert.equal(chain.block(), null);
  assert.deepEqual(chain.miners(), []);
  assert.match(chain.faults?.()[0]?.why ?? "", /no finalised block has arrived yet/);
  await double.control({ do: "healthy" });
  await until(() => chain.block() !== null);
  assert.equal(chain.miners()?.length, 2);
});

test("a session that ends while it sets out to follow takes nothing else along", async (t) => {
  const double = await doubleFor(t);
  // Each answer takes its time, so that some of these sessions end between any two of them.
  await double.control({ do: "faults", set: { slowMs: 200 } });
  const waits = Array.from({ length: 10 }, (_, i) => 100 + 100 * i);
  const heights = waits.map(async (waitMs) => {
    const { chain } = await openedOn(t, double.urls, { waitMs });
    await chain.close();
    return chain.block();
  });
  await Promise.all(heights);
  // An error that the client library throws from a timer would have failed this test by now.
  await sleep(500);
});
