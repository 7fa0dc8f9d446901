import { Command } from "commander";
import { exitCodes, print } from "./shared/output.ts";

export function checkCommand(): Command {
  return new Command("check")
    .description(
      "Check a DIMACS solution against a DIMACS CNF; exit 0 when it satisfies the formula, 1 when it does not.",
    )
    .requiredOption("--cnf <file>", "the instance")
    .requiredOption("--solution <file>", 'the answer: an "s SATISFIABLE" line and "v" lines')
    .option("--json", "print {valid, code?}")
    .addHelpText("after", "\nExample:\n  assay check --cnf one.cnf --solution one.sol")
    .action(async (options: { cnf: string; solution: string; json?: boolean }) => {
      const { checkOffline } = await import("./shared/offline.ts");
      const verdict = checkOffline(options.cnf, options.solution);
      print(options.json, verdict, () => (verdict.valid ? "valid" : `invalid: ${verdict.code}`));
      process.exitCode = verdict.valid ? exitCodes.done : exitCodes.failed;
    });
}
