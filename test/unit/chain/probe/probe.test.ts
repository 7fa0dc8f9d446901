import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { needsOf } from "../../../../src/chain/subtensor/probe/entries.ts";
import { Probe, type ProbesOptions } from "../../../../src/chain/subtensor/probe/probe.ts";
import { readMetagraph } from "../../../../src/chain/subtensor/read/metagraph.ts";
import { systemClock } from "../../../../src/core/clock.ts";
import { keypairOfUri } from "../../../../src/keys/uri.ts";
import { doubleGenesis } from "../../../support/chain/options.ts";
import { type RunningDouble, startChainDouble } from "../../../support/chain/startChainDouble.ts";

// Endpoints looked at once, as `assay doctor` and `assay chain` do.

let double: RunningDouble;
const subnet = { netuid: 2, mechanism: 0 };

before(async () => {
  const { hotkey } = await keypairOfUri("//Alice");
  const neurons = [{ hotkey, stake: 10, permit: true }];
  double = await startChainDouble({ subnets: [{ netuid: 2, neurons }], endpoints: 3, blockMs: 200 });
});
after(() => double.close());

function options(urls: readonly string[]): ProbesOptions {
  return {
    ...{ urls, genesis: doubleGenesis, staleAfterMs: 10_000, blockMs: 200, waitMs: 4000, requestMs: 4000 },
    needs: needsOf({ mechanism: 0, weights: "auto", publishes: true }),
  };
}

async function probed<T>(urls: readonly string[], use: (probe: Probe) => Promise<T> | T): Promise<T> {
  const probe = await Probe.open(options(urls), { clock: systemClock });
  try {
    return await use(probe);
  } finally {
    probe.close();
  }
}

test("an endpoint tells genesis, height, age, latency, runtime, and has every entry that is needed", async () => {
  await probed(double.urls.slice(0, 1), async (probe) => {
    const [report = assert.fail()] = probe.reports;
    assert.equal(report.fault, null);
    assert.equal(report.genesis, doubleGenesis);
    assert.ok((report.block?.number ?? 0) >= 1000);
    assert.ok(report.ageMs !== null && Math.abs(report.ageMs) < 60_000, `${report.ageMs} ms`);
    assert.ok(report.latencyMs !== null && report.latencyMs >= 0);
    assert.ok((report.runtime?.version ?? 0) > 0);
    assert.deepEqual(report.presence?.lacks, []);
    assert.equal(probe.used, report.name);
    const { neurons } = await probe.read("the metagraph", (api, at) => readMetagraph(api, at, subnet));
    assert.deepEqual(
      neurons.map(({ stake, permit }) => [stake, permit]),
      [[10, true]],
    );
  });
});

test("an endpoint of another chain, a silent one and a dead one are named with what is wrong; the healthy one is used", async () => {
  const genesis = `0x${"11".repeat(32)}`;
  await double.control({ do: "faults", endpoint: 0, set: { genesis } });
  await double.control({ do: "faults", endpoint: 1, set: { silent: true } });
  await probed([...double.urls, "ws://127.0.0.1:9"], (probe) => {
    const [other, silent, healthy, dead] = probe.reports;
    assert.deepEqual([other?.genesis, other?.block], [genesis, null]);
    assert.match(other?.fault ?? "", /genesis/);
    assert.match(silent?.fault ?? "", /4000 ms/);
    assert.equal(healthy?.fault, null);
    assert.match(dead?.fault ?? "", /connection/i);
    assert.equal(probe.used, healthy?.name);
  });
  await double.control({ do: "healthy", endpoint: 0 });
  await double.control({ do: "healthy", endpoint: 1 });
});

test("without a healthy endpoint a read names the fault of each", async () => {
  await probed(["ws://127.0.0.1:9"], async (probe) => {
    assert.deepEqual([probe.used, probe.block], [null, null]);
    await assert.rejects(
      probe.read("x", async () => 1),
      /ws:\/\/127\.0\.0\.1:9: /,
    );
  });
});

test("a node that lists the method to follow it and refuses it is read by the methods before it", async () => {
  await double.control({ do: "faults", endpoint: 1, set: { refuse: ["chainHead_v1_follow"] } });
  await probed(double.urls.slice(1, 2), ({ reports }) => assert.equal(reports[0]?.fault, null));
  await double.control({ do: "healthy", endpoint: 1 });
});
