import { existsSync } from "node:fs";
import { AssayError } from "../core/problems/assayError.ts";
import { isDevelopmentUri, shownUri } from "./developmentUri.ts";
import { writeIfMissing } from "./files.ts";
import { newHotkeyFile, parseHotkeyFile } from "./hotkeyFile.ts";
import type { Keypair } from "./keypair.ts";
import { readText } from "./readText.ts";
import { refuseSecretText } from "./secretText.ts";
import { keypairOfUri } from "./uri.ts";

/** The key pair of a hotkey file or a development URI. */
export async function loadKeypair(source: string): Promise<Keypair> {
  if (isDevelopmentUri(source)) return keypairOfUri(source);
  refuseSecretText(source, "the key");
  return parseHotkeyFile(source, readText(source));
}

/** The hotkey of a validator: a development URI only on the local chain; a missing file is made. */
export async function loadOrMakeHotkey(source: string, chainKind: string): Promise<Keypair> {
  if (isDevelopmentUri(source)) {
    if (chainKind !== "local")
      throw new AssayError({ code: "development_key", uri: shownUri(source), chain: chainKind });
    return keypairOfUri(source);
  }
  if (!existsSync(source)) {
    const { text } = await newHotkeyFile();
    writeIfMissing(source, () => text);
  }
  return loadKeypair(source);
}
