import { availableParallelism } from "node:os";
import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { moduleAt } from "../core/home.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { integer, oneOf } from "./options.ts";
import { exitCodes, note, print, table } from "./output.ts";
import { ProgressLine } from "./progress.ts";

interface Overrides {
  readonly rate?: string;
  readonly strikes?: number;
  readonly window_blocks?: number;
  readonly suspension_tempos?: number;
  readonly duration?: string;
}

interface Order {
  readonly scenario: string;
  readonly overrides: Overrides;
  readonly out: string | null;
}

interface Hooks {
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

interface Progress {
  readonly simulated_ms: number;
  readonly duration_ms: number;
  readonly submissions: number;
}

interface Done {
  readonly document: { readonly complete: boolean };
  readonly text: string;
}

/** What the simulator's main module offers; it stands beside `src`, so it is found when it is asked for. */
interface Simulator {
  listScenarios(): { name: string; title: string }[];
  simulate(
    order: Order & { seed: number; trace: "events" | "all"; miners: boolean },
    hooks: Hooks,
  ): Promise<Done>;
  campaign(
    order: Order & { seeds: number[]; workers: number },
    hooks: Hooks,
  ): Promise<Done & { passed: boolean }>;
}

interface SharedFlags {
  rate?: string;
  strikes?: number;
  windowBlocks?: number;
  suspensionTempos?: number;
  duration?: string;
  out?: string;
  json?: boolean;
}

async function load(): Promise<Simulator> {
  return (await import(moduleAt("sim/main").href)) as Simulator;
}

function orderOf(scenario: string, flags: SharedFlags): Order {
  const { rate, strikes, windowBlocks, suspensionTempos, duration, out = null } = flags;
  const overrides = {
    ...(rate === undefined ? {} : { rate }),
    ...(strikes === undefined ? {} : { strikes }),
    ...(windowBlocks === undefined ? {} : { window_blocks: windowBlocks }),
    ...(suspensionTempos === undefined ? {} : { suspension_tempos: suspensionTempos }),
    ...(duration === undefined ? {} : { duration }),
  };
  return { scenario, overrides, out };
}

/** Runs with progress on stderr; the first Ctrl-C ends the simulation early and keeps what there is, a second ends the process. */
async function withHooks<T>(work: (hooks: Hooks) => Promise<T>): Promise<T> {
  const control = new AbortController();
  const line = new ProgressLine(systemClock, process.stderr);
  const stop = (): void => {
    note("interrupted: what was simulated so far is being written");
    control.abort();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    return await work({ signal: control.signal, progress: (made) => line.show(told(made)) });
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    line.end();
  }
}

function told({ simulated_ms, duration_ms, submissions }: Progress): { share: number; text: string } {
  const share = simulated_ms / duration_ms;
  return { share, text: `${submissions} answers, ${(simulated_ms / 86_400_000).toFixed(2)} days` };
}

function shared(command: Command): Command {
  return command
    .option("--rate <fraction>", "sample rate of every validator instead of the scenario's, such as 20/500")
    .option("--strikes <count>", "strikes that suspend", integer(1, 1000))
    .option("--window-blocks <count>", "blocks within which strikes count", integer(1, 10_000_000))
    .option("--suspension-tempos <count>", "tempos that a suspension lasts", integer(1, 100_000))
    .option("--duration <time>", "simulated time instead of the scenario's, such as 12h or 30d")
    .option("--out <folder>", "write the results there")
    .option("--json", "print one JSON document");
}

interface SimulateFlags extends SharedFlags {
  seed: number;
  trace: "events" | "all";
  miners?: boolean;
  list?: boolean;
}

async function runOne(scenario: string | undefined, flags: SimulateFlags): Promise<void> {
  const simulator = await load();
  if (flags.list) {
    const rows = simulator.listScenarios();
    print(flags.json, rows, () => table(rows.map(({ name, title }) => [name, title])));
    return;
  }
  if (scenario === undefined) {
    const message = "name a scenario or a file; `assay simulate --list` names the built-in ones";
    throw new AssayError({ code: "usage", message });
  }
  const { seed, trace, miners = false } = flags;
  const done = await withHooks((hooks) =>
    simulator.simulate({ ...orderOf(scenario, flags), seed, trace, miners }, hooks),
  );
  finish(flags, done, done.document.complete);
}

function finish({ json, out }: SharedFlags, { document, text }: Done, isGood: boolean): void {
  print(json, document, () => text);
  if (out !== undefined) note(`written to ${out}`);
  if (!isGood) process.exitCode = exitCodes.failed;
}

interface CampaignFlags extends SharedFlags {
  seeds: number;
  firstSeed: number;
  workers: number;
}

/** They would be taken without effect; a --seed above all looks as if it meant the first of the seeds. */
function refuseFlagsOfOneRun(simulate: Command | null): void {
  const given = ["seed", "trace", "miners", "list"].find(
    (name) => simulate?.getOptionValueSource(name) === "cli",
  );
  if (given === undefined) return;
  const mend = given === "seed" ? "; --first-seed and --seeds say which seeds it runs" : "";
  throw new AssayError({ code: "usage", message: `--${given} is for one run, not for a campaign${mend}` });
}

function campaignCommand(): Command {
  const command = new Command("campaign")
    .description(
      "Run a scenario with many seeds and say of each strategy whether it loses against honest work.",
    )
    .argument("[scenario]", "a built-in scenario or a file", "strategies")
    .option("--seeds <count>", "how many seeds", integer(2, 10_000), 8)
    .option("--first-seed <number>", "the first; the others follow it", integer(0, 1_000_000_000), 1)
    .option(
      "--workers <count>",
      "runs at once, each in a process of its own",
      integer(1, 256),
      availableParallelism(),
    );
  return shared(command)
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
      const simulator = await load();
      const seeds = Array.from({ length: flags.seeds }, (_, i) => flags.firstSeed + i);
      const done = await withHooks((hooks) =>
        simulator.campaign({ ...orderOf(scenario, flags), seeds, workers: flags.workers }, hooks),
      );
      finish(flags, done, done.passed);
    });
}

export function simulateCommand(): Command {
  const command = new Command("simulate")
    .description(
      "Simulate a network: the production dispatcher, sampler, judge and weigher with modelled miners on a clock of their own.",
    )
    .argument("[scenario]", "a built-in scenario or a YAML file")
    .option("--seed <number>", "the same seed gives the same run", integer(0, 1_000_000_000), 1)
    .option(
      "--trace <what>",
      "events, or all: every line of the decision logs too",
      oneOf("events", "all"),
      "events",
    )
    .option("--miners", "name every miner in the text")
    .option("--list", "name the built-in scenarios");
  return shared(command)
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
