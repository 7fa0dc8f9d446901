import { Command } from "commander";
import { AssayError } from "../../core/problems/assayError.ts";
import { integerOption, wordOption } from "../shared/options.ts";
import { print, table } from "../shared/output.ts";
import { campaignCommand } from "./campaign.ts";
import { finish, runOrder, type SharedFlags, withSharedFlags } from "./flags.ts";
import { loadSimulator, withHooks } from "./simulator.ts";

interface SimulateFlags extends SharedFlags {
  seed: number;
  trace: "events" | "all";
  miners?: boolean;
  list?: boolean;
}

async function runOne(scenario: string | undefined, flags: SimulateFlags): Promise<void> {
  const simulator = await loadSimulator();
  if (flags.list) {
    const rows = simulator.listScenarios();
    print(flags.json, rows, () => table(rows.map(({ name, title }) => [name, title])));
    return;
  }
  if (scenario === undefined) {
    const message =
      "no scenario was given; name a built-in one (`assay simulate --list` prints them) or a YAML file";
    throw new AssayError({ code: "usage", message });
  }
  const { seed, trace, miners = false } = flags;
  const done = await withHooks((hooks) =>
    simulator.simulate({ ...runOrder(scenario, flags), seed, trace, miners }, hooks),
  );
  finish(flags, done, done.document.complete);
}

export function simulateCommand(): Command {
  const command = new Command("simulate")
    .description(
      "Simulate a network: the production dispatcher, sampler, judge and weigher with modelled miners, on simulated time.",
    )
    .argument("[scenario]", "a built-in scenario or a YAML file")
    .option(
      "--seed <number>",
      "seed of the run; the same seed gives the same run",
      integerOption(0, 1_000_000_000),
      1,
    )
    .option(
      "--trace <what>",
      "events, or all to include every line of the decision logs",
      wordOption("events", "all"),
      "events",
    )
    .option("--miners", "also print a row per miner")
    .option("--list", "print the built-in scenarios");
  return withSharedFlags(command)
    .addCommand(campaignCommand())
    .addHelpText(
      "after",
      `
--out writes result.json, report.html (one file, opens offline) and trace.ndjson. Ctrl-C keeps what was simulated so far.

Examples:
  assay simulate --list
  assay simulate strategies --out run
  assay simulate my.yaml --seed 7 --json
  assay simulate campaign --seeds 8`,
    )
    .action(runOne);
}
