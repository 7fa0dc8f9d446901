import { Command } from "commander";
import { integer, oneOf } from "./options.ts";
import { print } from "./output.ts";

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

/** The options that name a miner's id space. */
export function withIdentity(command: Command): Command {
  return command
    .option("--scheme <scheme>", "sealed or indexed", oneOf("sealed", "indexed"), "sealed")
    .requiredOption(
      "--secret-file <file>",
      "master secret, UTF-8 text; one trailing newline is not part of it",
    )
    .requiredOption("--hotkey <ss58>", "the miner");
}

/** The options that name one challenge of that miner. */
export function withPlace(command: Command): Command {
  return withIdentity(command)
    .requiredOption("--epoch <number>", "epoch", integer(0, Number.MAX_SAFE_INTEGER))
    .requiredOption("--tier <number>", "tier", integer(0, 4_294_967_295))
    .requiredOption("--seq <number>", "position in the allotment", integer(0, 4_294_967_295));
}

function issueCommand(): Command {
  return withPlace(new Command("issue").description("Print the challenge id and the seed of one challenge."))
    .option("--json", "print {challenge_id, seed}")
    .action(async (options: IssueOptions) => {
      const { issueOffline } = await import("./offline.ts");
      const issued = issueOffline(options);
      print(options.json, issued, () => `${issued.challenge_id}  seed ${issued.seed}`);
    });
}

function recoverCommand(): Command {
  return withIdentity(
    new Command("recover").description(
      "Print which challenge of the miner an id is; exit 1 when it is none.",
    ),
  )
    .argument("<id>", "challenge id")
    .option("--allotment <count>", "challenges a miner has", integer(1, 4_294_967_295), 10_000)
    .option("--json", "print {tier, epoch, seq}")
    .action(async (id: string, options: RecoverOptions) => {
      const { recoverOffline } = await import("./offline.ts");
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
