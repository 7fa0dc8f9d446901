import { Command } from "commander";
import { fourDigits, percent } from "../../core/figures.ts";
import { type CapacityPlan, capacity, type Demand, type SubmissionCosts } from "../../economics/capacity.ts";
import { measuredCosts } from "../../economics/capacityCosts.ts";
import { numberOption } from "../shared/options.ts";
import { print, table } from "../shared/output.ts";

interface CapacityOptions {
  readonly submissionsPerS: number;
  readonly sessionShare: number;
  readonly checkUs: number;
  readonly sampledShare: number;
  readonly keptHours: number;
  readonly use: number;
  readonly cores: number;
  readonly apiUs: number;
  readonly signatureUs: number;
  readonly sessionUs: number;
  readonly verifyUs: number;
  readonly databaseUs: number;
  readonly lockUs: number;
  readonly json?: boolean;
}

function demandOf(options: CapacityOptions): Demand {
  const { submissionsPerS, sessionShare, checkUs, sampledShare, keptHours, use, cores } = options;
  return { submissionsPerS, sessionShare, checkUs, sampledShare, keptHours, use, coresPerMachine: cores };
}

function costsOf(options: CapacityOptions): SubmissionCosts {
  return {
    ...measuredCosts,
    api: options.apiUs,
    hotkeySignature: options.signatureUs,
    sessionSignature: options.sessionUs,
    verify: options.verifyUs,
    database: options.databaseUs,
    lock: options.lockUs,
  };
}

/** The names of members as all documents write them. */
function snaked(values: Demand | SubmissionCosts): Readonly<Record<string, number>> {
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [snake(name), Number(value)]));
}

function capacityText({ submissionsPerS, use, coresPerMachine }: Demand, plan: CapacityPlan): string {
  const { processes, cores, database } = plan;
  const rows = [
    ["component", "cores busy", "processes"],
    ["api, main threads", fourDigits(cores.api), String(processes.api)],
    ["api, signatures in workers", fourDigits(cores.signatures), "in those of api"],
    ["verify", fourDigits(cores.verify), String(processes.verify)],
    ["weigh", "below 0.01", `${processes.weigh}, one of them in reserve`],
    ["PostgreSQL", fourDigits(cores.database), "1 primary"],
  ];
  const fits = plan.fits
    ? `One primary is enough: it takes up to ${fourDigits(database.most_per_s)} submissions per second.`
    : `One primary is NOT enough: the admissions of one epoch take turns, at most ${fourDigits(database.most_per_s)} per second.`;
  return [
    `${fourDigits(submissionsPerS)} submissions per second, each core used to ${percent(use)}:`,
    table(rows),
    `${plan.machines} machines of ${coresPerMachine} cores, one of them in reserve, and PostgreSQL on ${database.cores} ${database.cores === 1 ? "core" : "cores"} of its own.`,
    `Disk for the epochs that are kept: ${fourDigits(database.disk_gb)} GB. Write-ahead log: ${fourDigits(database.wal_mb_per_s)} MB/s. The epoch's row is locked ${percent(database.lock_share)} of the time.`,
    fits,
  ].join("\n\n");
}

/** Numbers from 0 to the greatest; commander shows the default. */
function withCosts(command: Command): Command {
  const us = numberOption(0, 1e9);
  return command
    .option("--api-us <us>", "main thread of an api process, per submission", us, measuredCosts.api)
    .option("--signature-us <us>", "checking a hotkey's signature", us, measuredCosts.hotkeySignature)
    .option("--session-us <us>", "checking a session's signature", us, measuredCosts.sessionSignature)
    .option("--verify-us <us>", "a verify process, without the check", us, measuredCosts.verify)
    .option("--database-us <us>", "PostgreSQL, per submission", us, measuredCosts.database)
    .option("--lock-us <us>", "time the epoch's row is locked, per submission", us, measuredCosts.lock);
}

export function capacityCommand(): Command {
  const command = new Command("capacity")
    .description("Compute the processes, cores and disk that a number of submissions per second takes.")
    .requiredOption("--submissions-per-s <rate>", "submissions per second at the peak", numberOption(0, 1e9))
    .option("--session-share <share>", "share signed with a session's key", numberOption(0, 1), 0)
    .option("--check-us <us>", "one check of an answer", numberOption(0, 1e9), 50)
    .option("--sampled-share <share>", "share that is checked", numberOption(0, 1), 1)
    .option("--kept-hours <hours>", "until an epoch's rows are dropped", numberOption(0, 1e6), 168)
    .option("--use <share>", "share of each core to plan with", numberOption(0.01, 1), 0.7)
    .option("--cores <count>", "cores of one machine", numberOption(1, 1024), 8);
  return withCosts(command)
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      `
The costs by default are those that \`assay bench scale\` measures; run it on your machine and give what it prints.

Examples:
  assay plan capacity --submissions-per-s 2000
  assay plan capacity --submissions-per-s 20000 --session-share 0.9 --cores 16 --json`,
    )
    .action((_: CapacityOptions, self: Command) => {
      // `plan` has a --json too, and takes it wherever it stands.
      const options = self.optsWithGlobals<CapacityOptions>();
      const [demand, costs] = [demandOf(options), costsOf(options)];
      const plan = capacity(demand, costs);
      print(options.json, { demand: snaked(demand), costs: snaked(costs), ...plan }, () =>
        capacityText(demand, plan),
      );
    });
}
