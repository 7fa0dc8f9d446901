import { Command } from "commander";
import { withIdentity, withPlace } from "./shared/challengeOptions.ts";
import { integerOption } from "./shared/options.ts";
import { print } from "./shared/output.ts";

interface IdOptions {
  readonly scheme: "sealed" | "indexed";
  readonly secretFile: string;
  readonly hotkey: string;
  readonly json?: boolean;
}

interface IssueOptions extends IdOptions {
  readonly epoch: number;
  readonly tier: number;
  readonly seq: number;
}

interface RecoverOptions extends IdOptions {
  readonly allotment: number;
}

function issueCommand(): Command {
  return withPlace(new Command("issue").description("Print the challenge id and the seed of one challenge."))
    .option("--json", "print {challenge_id, seed}")
    .action(async (options: IssueOptions) => {
      const { issueOffline } = await import("./shared/offline.ts");
      const issued = issueOffline(options);
      print(options.json, issued, () => `${issued.challenge_id}  seed ${issued.seed}`);
    });
}

function recoverCommand(): Command {
  return withIdentity(
    new Command("recover").description(
      "Print tier, epoch and seq of a challenge id; exit 1 when it is not one of the miner's.",
    ),
  )
    .argument("<id>", "challenge id")
    .option(
      "--allotment <count>",
      "challenges per miner, tier and epoch",
      integerOption(1, 4_294_967_295),
      10_000,
    )
    .option("--json", "print {tier, epoch, seq}")
    .action(async (id: string, options: RecoverOptions) => {
      const { recoverOffline } = await import("./shared/offline.ts");
      const found = await recoverOffline({ ...options, id });
      print(options.json, found, () => `tier ${found.tier}  epoch ${found.epoch}  seq ${found.seq}`);
    });
}

export function idCommand(): Command {
  return new Command("id")
    .description("Issue and recover challenge ids offline.")
    .addCommand(issueCommand())
    .addCommand(recoverCommand())
    .addHelpText(
      "after",
      "\nExamples:\n  assay id issue --secret-file keys/challenge.secret --hotkey 5Grw... --epoch 498698 --tier 1 --seq 7\n  assay id recover --secret-file keys/challenge.secret --hotkey 5Grw... pm-t1-e498698-2f7df878e1742baf89381851",
    );
}
