import { Command, Option } from "commander";
import type { Partial } from "../lanes/sat/check.ts";
import { exitCodes, print } from "./shared/output.ts";

interface Options {
  readonly cnf: string;
  readonly solution: string;
  readonly partial: Partial;
  readonly json?: boolean;
}

export function checkCommand(): Command {
  return new Command("check")
    .description(
      "Check a DIMACS solution against a DIMACS CNF; exit 0 when it satisfies the formula, 1 when it does not.",
    )
    .requiredOption("--cnf <file>", "the instance")
    .requiredOption("--solution <file>", 'the answer: an "s SATISFIABLE" line and "v" lines')
    .addOption(
      new Option("--partial <rule>", "a model with open variables that satisfies every clause")
        .choices(["reject", "accept"])
        .default("reject"),
    )
    .option("--json", "print {valid, code?}")
    .addHelpText("after", "\nExample:\n  assay check --cnf one.cnf --solution one.sol")
    .action(async (options: Options) => {
      const { checkOffline } = await import("./shared/offline.ts");
      const { document, text } = checkOffline(options.cnf, options.solution, options.partial);
      print(options.json, document, () => text);
      process.exitCode = document.valid ? exitCodes.done : exitCodes.failed;
    });
}
