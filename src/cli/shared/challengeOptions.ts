import type { Command } from "commander";
import { integerOption, wordOption } from "./options.ts";

/** The options that name a miner's id space. */
export function withIdentity(command: Command): Command {
  return command
    .option("--scheme <scheme>", "sealed or indexed", wordOption("sealed", "indexed"), "sealed")
    .requiredOption(
      "--secret-file <file>",
      "master secret, UTF-8 text; one trailing newline is not part of it",
    )
    .requiredOption("--hotkey <ss58>", "the miner's hotkey");
}

/** The options that name one challenge of that miner. */
export function withPlace(command: Command): Command {
  return withIdentity(command)
    .requiredOption("--epoch <number>", "epoch", integerOption(0, Number.MAX_SAFE_INTEGER))
    .requiredOption("--tier <number>", "tier", integerOption(0, 4_294_967_295))
    .requiredOption("--seq <number>", "position in the allotment", integerOption(0, 4_294_967_295));
}
