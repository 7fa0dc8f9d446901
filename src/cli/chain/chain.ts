import { Command } from "commander";
import { metagraphCommand } from "./metagraph.ts";
import { resumeCommand } from "./resume.ts";
import { statusCommand } from "./status.ts";
import { heldCommand } from "./weights.ts";

export function chainCommand(): Command {
  return new Command("chain")
    .description("The Bittensor chain of a validator: its endpoints, its subnet, the weights on it.")
    .addCommand(statusCommand())
    .addCommand(metagraphCommand())
    .addCommand(heldCommand())
    .addCommand(resumeCommand())
    .addHelpText(
      "after",
      "\nAll but resume connect to the endpoints of the configuration themselves, with or without a running validator.\nWith chain.kind: local there is nothing to show (chain_local).\n\nExamples:\n  assay chain status --data /var/lib/assay\n  assay chain resume --reason 'the other validator is stopped'",
    );
}
