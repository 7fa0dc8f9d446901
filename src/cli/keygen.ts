import { Command } from "commander";
import { generatePrivateJwk } from "../core/ed25519.ts";
import { systemRandom } from "../core/random.ts";
import { newSecretText, writePrivate } from "../keys/files.ts";
import { wordOption } from "./shared/options.ts";
import { print } from "./shared/output.ts";

type Kind = "hotkey" | "publishing" | "secret";

async function make(kind: Kind): Promise<{ text: string; hotkey?: string }> {
  if (kind === "hotkey") return (await import("../keys/hotkeyFile.ts")).newHotkeyFile();
  if (kind === "publishing") return { text: `${JSON.stringify(generatePrivateJwk())}\n` };
  return { text: `${newSecretText(systemRandom)}\n` };
}

export function keygenCommand(): Command {
  return new Command("keygen")
    .description(
      "Make a key: a hotkey (sr25519, bittensor format), a publishing key (Ed25519, JWK) or a master secret.",
    )
    .option(
      "--kind <kind>",
      "hotkey, publishing or secret",
      wordOption("hotkey", "publishing", "secret"),
      "hotkey",
    )
    .option("--secret", "short for --kind secret")
    .option(
      "--out <file>",
      "write it to a new file (mode 0600) instead of printing it; an existing file is refused",
    )
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  assay keygen --out miner.json             a hotkey for assay miner --key miner.json\n  assay keygen --secret --out new.secret     the next challenge secret",
    )
    .action(async (options: { kind: Kind; secret?: boolean; out?: string; json?: boolean }) => {
      const kind = options.secret ? "secret" : options.kind;
      const made = await make(kind);
      if (options.out !== undefined) writePrivate(options.out, made.text);
      const about = {
        kind,
        ...(made.hotkey ? { hotkey: made.hotkey } : {}),
        ...(options.out ? { file: options.out } : { content: made.text.trimEnd() }),
      };
      print(options.json, about, () =>
        options.out
          ? `wrote ${options.out}${made.hotkey ? `  hotkey ${made.hotkey}` : ""}`
          : made.text.trimEnd(),
      );
    });
}
