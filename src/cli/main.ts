import { Command, CommanderError } from "commander";
import { readVersion } from "../core/version.ts";
import { adoptCommand } from "./adopt.ts";
import { auditCommand } from "./audit.ts";
import { benchCommand } from "./bench.ts";
import { chainCommand } from "./chain/chain.ts";
import { challengeCommand } from "./challenge.ts";
import { checkCommand } from "./check.ts";
import { clockCommand } from "./clock.ts";
import { doctorCommand } from "./doctor.ts";
import { drainCommand } from "./drain.ts";
import { idCommand } from "./id.ts";
import { initCommand } from "./init.ts";
import { jobsCommand } from "./jobs.ts";
import { keygenCommand } from "./keygen.ts";
import { keysCommand } from "./keys.ts";
import { minerCommand } from "./miner.ts";
import { nodesCommand } from "./nodes.ts";
import { planCommand } from "./plan/plan.ts";
import { readyCommand } from "./ready.ts";
import { exitCodes, printError, printJson } from "./shared/output.ts";
import { simulateCommand } from "./simulate/simulate.ts";
import { skiplistCommand } from "./skiplist.ts";
import { statusCommand } from "./status.ts";
import { storeCommand } from "./store.ts";
import { timelockCommand } from "./timelock.ts";
import { tokenCommand } from "./token.ts";
import { upCommand } from "./up.ts";
import { weightsCommand } from "./weights.ts";

function makeProgram(): Command {
  const program = new Command("assay")
    .description(
      "A validator for networks of untrusted workers: unique work out, answers in,\na random share verified, cheats punished, weights signed.",
    )
    .version(readVersion(), "-V, --version")
    .addHelpText(
      "after",
      "\nExamples:\n  assay up --demo 4          a validator with seven local miners, two of them cheats\n  assay init && assay up     a validator of your own in ./data\n  assay miner --url URL --key //Bob\n\nExit status: 0 done, 1 failed, 2 usage.",
    );
  for (const make of [
    upCommand,
    minerCommand,
    initCommand,
    doctorCommand,
    statusCommand,
    keygenCommand,
    keysCommand,
    idCommand,
    challengeCommand,
    checkCommand,
    planCommand,
    simulateCommand,
    auditCommand,
    skiplistCommand,
    nodesCommand,
    drainCommand,
    readyCommand,
    jobsCommand,
    tokenCommand,
    clockCommand,
    chainCommand,
    weightsCommand,
    timelockCommand,
    storeCommand,
    adoptCommand,
    benchCommand,
  ])
    program.addCommand(make());
  return program;
}

/** Makes every command throw instead of exiting, so that one place decides the exit status. */
function neverExit(command: Command, json: boolean): void {
  command.exitOverride().showHelpAfterError("(add --help to see what the command takes)");
  if (json) command.configureOutput({ writeErr: () => undefined });
  for (const child of command.commands) neverExit(child, json);
}

function usageStatus(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return exitCodes.done;
  if (json) printJson({ error: { code: "usage", message: error.message.replace(/^error: /, "") } });
  return exitCodes.usage;
}

/** Runs one command line; sets the exit status: 0 done, 1 failed, 2 usage. */
export async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes("--json");
  // A reader such as `head` closes the pipe when it has enough; that is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  const program = makeProgram();
  neverExit(program, json);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? usageStatus(error, json) : printError(json, error);
  }
}
