import { existsSync } from "node:fs";
import type { Config } from "../config/schema.ts";
import type { Hotkey } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { readHotkey } from "../keys/readHotkey.ts";
import type { Paths } from "./paths.ts";

/** The validator's hotkey; a missing file is made, but never one of a wallet, whose hotkey is registered already. */
export async function validatorHotkey(
  { chain }: Pick<Config, "chain">,
  { hotkey: source, isWallet }: Pick<Paths, "hotkey" | "isWallet">,
): Promise<Hotkey> {
  if (isWallet && !existsSync(source))
    throw new AssayError({
      code: "file_unreadable",
      file: source,
      cause_text: "chain.wallet names this hotkey, and the file does not exist",
      remedy: "Correct chain.wallet, or copy the wallet's hotkey file there.",
    });
  return readHotkey({ source, chainKind: chain.kind });
}
