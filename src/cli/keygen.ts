import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { Command } from "commander";
import { generatePrivateJwk } from "../core/ed25519.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { systemRandom } from "../core/random.ts";
import { newSecretText, writePrivate } from "../keys/files.ts";
import { DEFAULT_HOTKEY, DEFAULT_WALLETS, walletFiles } from "../keys/wallet.ts";
import { wordOption } from "./shared/options.ts";
import { print } from "./shared/output.ts";

type Kind = "hotkey" | "publishing" | "secret";

interface KeygenOptions {
  readonly kind: Kind;
  readonly secret?: boolean;
  readonly out?: string;
  readonly wallet?: string;
  readonly hotkey?: string;
  readonly walletPath?: string;
  readonly json?: boolean;
}

async function make(kind: Kind): Promise<{ text: string; hotkey?: string }> {
  if (kind === "hotkey") return (await import("../keys/hotkeyFile.ts")).newHotkeyFile();
  if (kind === "publishing") return { text: `${JSON.stringify(generatePrivateJwk())}\n` };
  return { text: `${newSecretText(systemRandom)}\n` };
}

async function makeKey(kind: Kind, { out, json }: KeygenOptions): Promise<void> {
  const made = await make(kind);
  if (out !== undefined) writePrivate(out, made.text);
  const about = {
    kind,
    ...(made.hotkey ? { hotkey: made.hotkey } : {}),
    ...(out ? { file: out } : { content: made.text.trimEnd() }),
  };
  print(json, about, () =>
    out ? `wrote ${out}${made.hotkey ? `  hotkey ${made.hotkey}` : ""}` : made.text.trimEnd(),
  );
}

function refuseExisting(file: string): void {
  if (!existsSync(file)) return;
  throw new AssayError({
    ...{ code: "file_unreadable", file, cause_text: "it already exists, and is not replaced" },
    remedy: "Give another --hotkey or --wallet.",
  });
}

/** A hotkey of a wallet: the file with the secret and, as bittensor's tools do, the one that they look up its address in. */
async function makeWalletHotkey(name: string, options: KeygenOptions): Promise<void> {
  const { hotkey: hotkeyName = DEFAULT_HOTKEY, walletPath: path = DEFAULT_WALLETS } = options;
  const files = walletFiles({ name, hotkey: hotkeyName, path }, homedir());
  // Both before either is written: a public file of another key must not come to stand beside this one.
  refuseExisting(files.hotkey);
  refuseExisting(files.publicPart);
  const { text, publicText, hotkey } = await (await import("../keys/hotkeyFile.ts")).newHotkeyFile();
  writePrivate(files.hotkey, text);
  writePrivate(files.publicPart, publicText);
  const about = { kind: "hotkey", hotkey, file: files.hotkey, public_file: files.publicPart };
  print(options.json, about, () => `wrote ${files.hotkey}  hotkey ${hotkey}`);
}

/** Options that contradict each other; null when none do. */
function contradiction(kind: Kind, { wallet, hotkey, walletPath, out }: KeygenOptions): string | null {
  if (wallet === undefined)
    return hotkey === undefined && walletPath === undefined
      ? null
      : "--hotkey and --wallet-path name a hotkey of a wallet; add --wallet";
  if (kind !== "hotkey") return "a wallet holds hotkeys; leave out --kind and --secret, or --wallet";
  return out === undefined ? null : "--wallet names the file itself; leave out --out, or --wallet";
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
    .option(
      "--wallet <name>",
      "write a hotkey into a bittensor wallet (mode 0600, not encrypted); an existing one is refused",
    )
    .option("--hotkey <name>", `its name in the wallet (default: "${DEFAULT_HOTKEY}")`)
    .option("--wallet-path <dir>", `the folder of the wallets (default: "${DEFAULT_WALLETS}")`)
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  assay keygen --out miner.json             a hotkey for assay miner --key miner.json\n  assay keygen --wallet validator           a hotkey that btcli finds as --wallet.name validator --wallet.hotkey default\n  assay keygen --secret --out new.secret     the next challenge secret",
    )
    .action(async (options: KeygenOptions) => {
      const kind = options.secret ? "secret" : options.kind;
      const wrong = contradiction(kind, options);
      if (wrong !== null) throw new AssayError({ code: "usage", message: wrong });
      if (options.wallet !== undefined) await makeWalletHotkey(options.wallet, options);
      else await makeKey(kind, options);
    });
}
