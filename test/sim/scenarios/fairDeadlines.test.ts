import assert from "node:assert/strict";
import { test } from "node:test";
import { readScenario } from "../../../sim/read/scenario.ts";
import { runScenario } from "../../../sim/run.ts";

// In its cold start a newcomer is verified five times as often as the others, and deadlines come from verified times.
const text = `
duration: 3h
fleets:
  - { name: incumbent, count: 4, service: { min: 3s, mean: 4s }, parallel: 4 }
  - { name: newcomer, service: { min: 800ms, mean: 1s }, parallel: 8, joins: 30m }
`;

test("a fast newcomer does not set the deadlines of slower miners", async () => {
  const { miners } = await runScenario(readScenario(text, "newcomer.yaml"), { seed: 3 });
  const incumbents = miners.filter(({ fleet }) => fleet === "incumbent");
  assert.equal(incumbents.length, 4);
  for (const { name, jobs, failed } of incumbents) {
    assert.ok(jobs > 5000, `${name} had ${jobs} jobs`);
    // One answer in twenty came too late while every time counted alike.
    assert.ok(failed < jobs / 500, `${name} failed ${failed} of ${jobs}`);
  }
});
