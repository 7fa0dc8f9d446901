import assert from "node:assert/strict";
import { test } from "node:test";
import { doubleFor, openedOn, STALE_MS } from "../../support/chainClient/opened.ts";
import { problemOf } from "../../support/thrown.ts";
import { until } from "../../support/until.ts";

/** The endpoint in use by the log, as a place in the list. */
function placeInUse(
  lines: readonly { event: string; data: Readonly<Record<string, unknown>> }[],
  urls: readonly string[],
) {
  const last = lines.findLast(({ event }) => event === "chain_endpoint_used");
  return urls.findIndex((url) => url.replace(/\/$/, "") === last?.data.endpoint);
}

const faults = {
  silent: { silent: true },
  "half open": { halfOpen: true },
  "without new finalised blocks": { lag: "finality" },
  "far behind": { lag: "all" },
  "slower than any deadline": { slowMs: 60_000 },
  gone: { refuseConnections: true },
} as const;

for (const [name, set] of Object.entries(faults)) {
  test(`an endpoint that is ${name} is left for a healthy one`, async (t) => {
    const double = await doubleFor(t, { endpoints: 2 });
    const { chain, lines } = await openedOn(t, double.urls);
    const bad = placeInUse(lines, double.urls);
    await double.control({ do: "faults", endpoint: bad, set });
    if (name === "gone") await double.control({ do: "closeSockets", endpoint: bad });
    await until(() => placeInUse(lines, double.urls) === 1 - bad);
    const then = chain.block() ?? 0;
    await until(() => (chain.block() ?? 0) > then + 2);
    assert.deepEqual(chain.faults?.(), []);
  });
}

test("a read that one endpoint refuses is answered by the other", async (t) => {
  const double = await doubleFor(t, { endpoints: 2 });
  const { node, lines } = await openedOn(t, double.urls);
  const bad = placeInUse(lines, double.urls);
  await double.control({
    do: "faults",
    endpoint: bad,
    set: { refuse: ["SubnetInfoRuntimeApi_get_metagraph", "NeuronInfoRuntimeApi_get_neurons_lite"] },
  });
  const at = node.finalized() ?? assert.fail("no block");
  const { neurons } = await node.metagraph(at);
  assert.equal(neurons.length, 3);
});

test("of a list with an endpoint of another chain the others are used, and the alarm names it", async (t) => {
  const double = await doubleFor(t, { endpoints: 2 });
  const genesis = `0x${"ab".repeat(32)}`;
  await double.control({ do: "faults", endpoint: 0, set: { genesis } });
  const { chain, lines } = await openedOn(t, double.urls);
  assert.equal(placeInUse(lines, double.urls), 1);
  await until(() => (chain.alarms?.() ?? []).length > 0);
  const [alarm] = chain.alarms?.() ?? [];
  assert.equal(alarm?.name, "endpoint_of_another_chain");
  assert.match(alarm?.text ?? "", new RegExp(genesis));
});

test("a node of another chain is never used", async (t) => {
  const double = await doubleFor(t);
  const { chain, node } = await openedOn(t, double.urls, {
    genesis: `0x${"cd".repeat(32)}`,
    waitMs: STALE_MS,
  });
  assert.equal(chain.block(), null);
  assert.match(chain.faults?.()[0]?.why ?? "", /its genesis is 0x/);
  const problem = await problemOf(() => node.nextNonce());
  assert.equal(problem.code, "chain_unavailable");
});

test("endpoints that disagree about a finalised block raise an alarm, and no weights are sent until they agree", async (t) => {
  const one = await doubleFor(t, { salt: "one", startTimeMs: Date.now() - 1000, slotMs: 200 });
  const other = await doubleFor(t, { salt: "other", startTimeMs: Date.now() - 1000, slotMs: 200 });
  const { chain, node, has } = await openedOn(t, [one.url, other.url]);
  await until(() => node.disagreement() !== null);
  assert.ok(has("endpoints_disagree"));
  const alarm = chain.alarms?.().find(({ name }) => name === "endpoints_disagree");
  assert.match(alarm?.text ?? "", /no weights are sent/);
  const problem = await problemOf(() => chain.submitWeights({ period: 1, rows: [], burnHotkey: null }));
  assert.equal(problem.code, "endpoints_disagree");
  assert.notEqual(chain.block(), null, "work goes on");
});

test("a disagreement of one endpoint is over once its last heights agree again", async (t) => {
  const double = await doubleFor(t, { endpoints: 2, blockMs: 50 });
  const { node, has } = await openedOn(t, double.urls);
  await until(() => (node.finalized()?.number ?? 0) > 1010);
  await double.control({ do: "disagree", endpoint: 1, depth: 1 });
  await until(() => node.disagreement() !== null);
  assert.match(
    node
      .disagreement()
      ?.hashes.map(({ endpoint }) => endpoint)
      .join() ?? "",
    /ws:.*,ws:/,
  );
  await double.control({ do: "agree", endpoint: 1 });
  await until(() => node.disagreement() === null);
  assert.ok(has("endpoints_agree"));
});
