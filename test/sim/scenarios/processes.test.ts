import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runScenario } from "../../../sim/run.ts";
import { builtIn } from "../../support/sim/builtIn.ts";
import { SimHistory } from "../../support/sim/history.ts";
import { WatchedNetwork } from "../../support/sim/network.ts";
import { events, fleet, HOUR, honest, MINUTE, scenario, validator } from "../../support/sim/scenario.ts";

// Several processes of one validator over one store, and customers' jobs: whatever happens to a process, each work is paid once,
// each customer's job ends once, and no honest miner is put out.

const two = { service_ms: { low: 3000, high: 5000 }, parallel: 2 };
const customer = {
  ...{ name: "steady", validator: null, every_ms: { min: 0, mean: 15_000 } },
  ...{ deadline_ms: 10 * MINUTE, patience_ms: null },
};

describe("processes: one is killed, one stands still, one is restarted", async () => {
  const cut = builtIn("processes", {
    duration_ms: 50 * MINUTE,
    counts: { honest: 5, trickle: 1 },
    at: [10 * MINUTE, 24 * MINUTE, 35 * MINUTE],
  });
  const history = new SimHistory();
  const result = await runScenario(cut, { seed: 2, sink: history, withLogs: true });
  const [main = assert.fail()] = result.validators;
  const [steady = assert.fail(), hasty = assert.fail()] = result.customers;

  it("ends each sampled draw once, and pays no answer twice", () => {
    assert.deepEqual(history.faults(), []);
    assert.ok(history.drawn > 200, `${history.drawn}`);
  });

  it("ends what a process had drawn when it went", () => {
    assert.ok(history.voids > 0);
    // What is out at the end.
    assert.ok(history.open <= 24, `${history.open}`);
  });

  it("answers the customers throughout, each job once", () => {
    assert.deepEqual([steady.expired, steady.cancelled, steady.failed], [0, 0, 0]);
    assert.ok(steady.submitted > 100 && steady.waiting <= 5, JSON.stringify(steady));
    assert.equal(steady.done + steady.waiting, steady.submitted);
    assert.ok(hasty.cancelled > 0 && hasty.done > hasty.cancelled, JSON.stringify(hasty));
    const { done, failed, expired, cancelled, waiting } = hasty;
    assert.equal(done + failed + expired + cancelled + waiting, hasty.submitted);
    assert.ok((steady.median_wait_ms ?? 0) < (steady.p99_wait_ms ?? 0));
    // Every job of a customer is verified: those that were done are those that were paid, but for cancelled ones.
    const all = steady.done + hasty.done;
    assert.ok(history.paid("customer") >= all && history.paid("customer") <= all + hasty.cancelled);
  });

  it("strikes no honest miner, and goes on to weigh", () => {
    assert.equal(main.honest_suspensions, 0);
    for (const miner of result.miners)
      if (miner.strategy === "honest") assert.equal(miner.suspensions + miner.detections, 0, miner.name);
    assert.deepEqual([main.processes, main.vectors], [3, Math.floor(result.simulated_ms / (12 * MINUTE))]);
    assert.equal(main.alarm_after_draws, null);
  });

  it("is the same again with the same seed, and not with another", async () => {
    const events = cut.events.map((event, i) => ({ ...event, at_ms: (i + 1) * MINUTE }));
    const short = { ...cut, duration_ms: 5 * MINUTE, events };
    const [one, again] = await Promise.all([
      runScenario(short, { seed: 2 }),
      runScenario(short, { seed: 2 }),
    ]);
    assert.deepEqual(JSON.stringify(again), JSON.stringify(one));
    const other = await runScenario(short, { seed: 3 });
    assert.notEqual(one.trace_sha256, other.trace_sha256);
  });
});

describe("the miners of several processes", async () => {
  const watched = new WatchedNetwork(
    scenario({
      duration_ms: HOUR,
      validators: [validator({ processes: 3 })],
      fleets: [fleet("honest", honest, { ...two, count: 6 })],
      customers: [customer],
      events: events(
        { at_ms: 5 * MINUTE, do: "kill", validator: "main", process: 1, down_ms: 3 * MINUTE },
        { at_ms: 10 * MINUTE, do: "pause", validator: "main", process: 2, for_ms: 3 * MINUTE },
      ),
    }),
  );
  const { network } = watched;
  const [main = assert.fail()] = network.validators;
  const at = (number: number): number =>
    [...main.links.values()].filter(({ open, door }) => open !== null && door === main.processes[number - 1])
      .length;
  const spread = (): number[] => [1, 2, 3].map(at);
  const leader = (): number | undefined =>
    main.processes.find(({ stages }) => stages?.membership.isLeader())?.number;
  const token = (number: number) => main.processes[number - 1]?.stages?.membership.node?.token;

  it("are shared out", async () => {
    await watched.run(4 * MINUTE);
    assert.deepEqual(spread(), [2, 2, 2]);
    assert.equal(leader(), 1);
  });

  it("go to another when theirs is killed, and another leads", async () => {
    await watched.run(5 * MINUTE + 2000);
    assert.deepEqual(spread(), [0, 4, 2]);
    await watched.run(5 * MINUTE + 15_000);
    assert.ok(leader() === 2 || leader() === 3, `${leader()}`);
  });

  it("stay where they are when it comes back", async () => {
    await watched.run(9 * MINUTE);
    assert.deepEqual(spread(), [0, 4, 2]);
    assert.equal(main.processes[0]?.serves, true);
  });

  it("leave one that stands still after a minute; it joins anew when it goes on", async () => {
    const before = token(2);
    await watched.run(10 * MINUTE + 55_000);
    assert.deepEqual(spread(), [0, 4, 2]);
    await watched.run(12 * MINUTE);
    assert.equal(at(2), 0);
    await watched.run(15 * MINUTE);
    assert.ok((token(2) ?? 0) > (before ?? 0));
    const [steady = assert.fail()] = network.customers.map((one) => one.result());
    assert.ok(steady.expired + steady.failed === 0 && steady.waiting <= 3, JSON.stringify(steady));
  });
});

describe("one process", () => {
  it("takes customers' jobs, and keeps them through a kill", async () => {
    const alone = scenario({
      duration_ms: 30 * MINUTE,
      fleets: [fleet("honest", honest, { ...two, count: 2 })],
      customers: [customer, { ...customer, name: "soon", every_ms: MINUTE, deadline_ms: 1000 }],
      events: events(
        { at_ms: 10 * MINUTE, do: "kill", validator: "main", process: 1, down_ms: 2 * MINUTE },
        { at_ms: 20 * MINUTE, do: "restart", validator: "main", down_ms: MINUTE },
      ),
    });
    const history = new SimHistory();
    const { customers, validators } = await runScenario(alone, { seed: 1, sink: history, withLogs: true });
    const [steady = assert.fail(), soon = assert.fail()] = customers;
    assert.deepEqual(history.faults(), []);
    assert.equal(steady.done + steady.waiting, steady.submitted);
    assert.ok(steady.done > 60 && soon.expired > 20, JSON.stringify(customers));
    assert.ok((steady.p99_wait_ms ?? 0) > 2 * MINUTE - 10_000, "those of the time without a process waited");
    assert.equal(validators[0]?.honest_suspensions, 0);
  });
});
