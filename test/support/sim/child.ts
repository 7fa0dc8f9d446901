import { readFileSync } from "node:fs";
import { runScenario } from "../../../sim/run.ts";
import type { Scenario } from "../../../sim/scenario.ts";

// Runs the scenario on stdin with the seed of argument 2 and prints its result.

const scenario = JSON.parse(readFileSync(0, "utf8")) as Scenario;
process.stdout.write(JSON.stringify(await runScenario(scenario, { seed: Number(process.argv[2]) })));
