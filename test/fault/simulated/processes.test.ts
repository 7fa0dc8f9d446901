import assert from "node:assert/strict";
import { test } from "node:test";
import { runScenario } from "../../../sim/run.ts";
import { scaled, seedOf } from "../../support/fault/scale.ts";
import { SimHistory } from "../../support/sim/history.ts";
import { mishaps } from "../../support/sim/mishaps.ts";
import { events } from "../../support/sim/scenario.ts";

/** What may be in hand when a run ends: two jobs of each miner. */
const IN_HAND = 14;

test("processes that come and go end each draw once, pay it once, and leave no customer's job behind", async () => {
  const first = seedOf("simulated");
  let voids = 0;
  for (let seed = first; seed < first + scaled(2, 200); seed++) {
    const history = new SimHistory();
    const scenario = mishaps(seed);
    const run = await runScenario(scenario, { seed, sink: history, withLogs: true });
    const [steady = assert.fail(), hasty = assert.fail()] = run.customers;
    const say = `SEED=${seed} ${JSON.stringify(run.customers)}`;
    assert.deepEqual(history.faults(), [], say);
    assert.ok(history.open <= IN_HAND, `${history.open} draws without an end, ${say}`);
    assert.deepEqual([steady.expired, steady.failed, steady.cancelled], [0, 0, 0], say);
    assert.ok(steady.waiting <= IN_HAND, say);
    const done = steady.done + hasty.done;
    // A miner that worked on a job that was cancelled or late is paid, and so is one whose process stood still while another had the job done.
    const pauses = scenario.events.filter((event) => event.do === "pause").length;
    const most = done + hasty.cancelled + hasty.expired + IN_HAND * pauses;
    assert.ok(history.paid("customer") >= done && history.paid("customer") <= most, say);
    const honest = run.miners.filter(({ strategy }) => strategy === "honest");
    assert.ok(
      honest.every(({ detections, suspensions }) => detections + suspensions === 0),
      say,
    );
    voids += history.voids;
  }
  assert.ok(voids > 0, "nothing was lost");
});

test("miners that find every process standing still come back", async () => {
  const still = (process: number, at_ms: number) =>
    ({ at_ms, validator: "main", do: "pause", process, for_ms: 130_000 }) as const;
  const scenario = mishaps(1);
  const [main = assert.fail()] = scenario.validators;
  // Each is left after 60 s, when the other one stands still too.
  const stills = {
    validators: [{ ...main, processes: 2 }],
    events: events(still(1, 60_000), still(2, 65_000)),
  };
  const run = await runScenario({ ...scenario, ...stills }, { seed: 1 });
  const [steady = assert.fail()] = run.customers;
  assert.ok(steady.waiting <= IN_HAND, JSON.stringify(steady));
});
