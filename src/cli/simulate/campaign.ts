import { availableParallelism } from "node:os";
import { Command } from "commander";
import { AssayError } from "../../core/problems/assayError.ts";
import { integerOption } from "../shared/options.ts";
import { finish, runOrder, type SharedFlags, withSharedFlags } from "./flags.ts";
import { loadSimulator, withHooks } from "./simulator.ts";

interface CampaignFlags extends SharedFlags {
  seeds: number;
  firstSeed: number;
  workers: number;
}

/** Without this they would be ignored; --seed above all could be taken for the first of the seeds. */
function refuseFlagsOfOneRun(simulate: Command | null): void {
  const given = ["seed", "trace", "miners", "list"].find(
    (name) => simulate?.getOptionValueSource(name) === "cli",
  );
  if (given === undefined) return;
  const advice = given === "seed" ? "; choose its seeds with --first-seed and --seeds" : "";
  throw new AssayError({
    code: "usage",
    message: `--${given} applies to one run, not to a campaign${advice}`,
  });
}

export function campaignCommand(): Command {
  const command = new Command("campaign")
    .description(
      "Run a scenario with many seeds and decide for each strategy whether it loses against honest work.",
    )
    .argument("[scenario]", "a built-in scenario or a file", "strategies")
    .option("--seeds <count>", "number of seeds", integerOption(2, 10_000), 8)
    .option(
      "--first-seed <number>",
      "the first seed; the others follow it",
      integerOption(0, 1_000_000_000),
      1,
    )
    .option(
      "--workers <count>",
      "runs at the same time, each in a process of its own",
      integerOption(1, 256),
      availableParallelism(),
    );
  return withSharedFlags(command)
    .addHelpText(
      "after",
      `
Exit status: 0 when every strategy that cheats loses with 95 % confidence, no other profits, and no honest miner was
suspended; else 1.
--out writes campaign.json and campaign.html.

Examples:
  assay simulate campaign
  assay simulate campaign --rate 1/100 --suspension-tempos 5 --seeds 20 --out campaign`,
    )
    .action(async (scenario: string, _own: unknown, cmd: Command) => {
      refuseFlagsOfOneRun(cmd.parent);
      const flags = cmd.optsWithGlobals<CampaignFlags>();
      const simulator = await loadSimulator();
      const seeds = Array.from({ length: flags.seeds }, (_, i) => flags.firstSeed + i);
      const done = await withHooks((hooks) =>
        simulator.campaign({ ...runOrder(scenario, flags), seeds, workers: flags.workers }, hooks),
      );
      finish(flags, done, done.passed);
    });
}
