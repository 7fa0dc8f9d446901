import { Command } from "commander";
import { withPlace } from "./shared/challengeOptions.ts";
import { integerOption, wordOption } from "./shared/options.ts";
import { print } from "./shared/output.ts";

interface ChallengeOptions {
  readonly scheme: "sealed" | "indexed";
  readonly secretFile: string;
  readonly hotkey: string;
  readonly epoch: number;
  readonly tier: number;
  readonly seq: number;
  readonly vars?: number;
  readonly clauses?: number;
  readonly method?: "biased" | "ajm";
  readonly witness?: boolean;
  readonly json?: boolean;
}

export function challengeCommand(): Command {
  return withPlace(
    new Command("challenge").description(
      "Print one instance of the sat lane as DIMACS CNF, made from the secret offline.",
    ),
  )
    .option("--vars <count>", "number of variables (default: the tier's)", integerOption(3, 20_000))
    .option("--clauses <count>", "number of clauses (default: the tier's)", integerOption(1, 200_000))
    .option("--method <method>", "biased or ajm (default: the tier's)", wordOption("biased", "ajm"))
    .option("--witness", "add the planted assignment (operators only: it is the answer)")
    .option("--json", "print {challenge_id, cnf, cnf_sha256}")
    .addHelpText(
      "after",
      "\nTiers 1 and 2 default to 400 variables and 1704 clauses, tier 1 biased, tier 2 ajm.\n\nExample:\n  assay challenge --secret-file keys/challenge.secret --hotkey 5Grw... --epoch 498698 --tier 1 --seq 7 > one.cnf",
    )
    .action(async (options: ChallengeOptions) => {
      const { challengeOffline } = await import("./shared/offline.ts");
      const made = challengeOffline(options);
      const witness = made.planted === undefined ? "" : `c planted ${made.planted.join(" ")} 0\n`;
      print(options.json, made, () => `${witness}${made.cnf.trimEnd()}`);
    });
}
