import { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import type { Scenario, ScenarioEvent } from "../../../sim/scenario.ts";
import { events, fleet, honest, MINUTE, scenario, validator } from "./scenario.ts";

const DURATION_MS = 20 * MINUTE;
/** What happens ends before the run does, in time for what waits. */
const LONGEST_MS = 150_000;
const two = { service_ms: { low: 3000, high: 5000 }, parallel: 2 };
const customer = {
  ...{ name: "steady", validator: null, every_ms: { min: 0, mean: 8000 } },
  ...{ deadline_ms: 10 * MINUTE, patience_ms: null },
};

/** One thing after the other happens to the processes of a validator, by chance. */
export function mishaps(seed: number): Scenario {
  const { unit } = new SeededRandom(seed, "mishaps");
  const processes = 2 + Math.floor(3 * unit());
  const list: ScenarioEvent[] = [];
  for (let at = 60_000 * unit(); at < DURATION_MS - 4 * MINUTE; at += 20_000 + 100_000 * unit())
    list.push(mishap(Math.round(at), processes, unit));
  return scenario({
    ...{ name: `mishaps ${seed}`, duration_ms: DURATION_MS, network: { tempo: 30 }, lane: { kinds: 2 } },
    validators: [
      validator({ processes, commit_ms: [5, 50, 400, 1500][seed % 4] ?? 5, settings: { rate: "1/5" } }),
    ],
    fleets: [
      fleet("honest", honest, { ...two, count: 5 }),
      fleet("trickle", { kind: "trickle", cheats: 7, window_ms: 20 * MINUTE }, { ...two, count: 2 }),
    ],
    customers: [
      customer,
      { ...customer, name: "hasty", deadline_ms: 20_000, patience_ms: { low: 1000, high: 30_000 } },
    ],
    events: events(...list),
  });
}

function mishap(at_ms: number, processes: number, unit: () => number): ScenarioEvent {
  const process = 1 + Math.floor(processes * unit());
  const ms = Math.round(1000 + LONGEST_MS * unit() * unit());
  const of = { at_ms, validator: "main" } as const;
  const kind = unit();
  if (kind < 0.35) return { ...of, do: "kill", process, down_ms: ms };
  if (kind < 0.65) return { ...of, do: "pause", process, for_ms: ms };
  if (kind < 0.9) return { ...of, do: "restart", process, down_ms: ms };
  if (kind < 0.95) return { ...of, do: "restart", down_ms: ms };
  return { ...of, do: "isolate", for_ms: Math.min(ms, 8000) };
}
