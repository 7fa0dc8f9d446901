import { join, resolve } from "node:path";
import { AssayError } from "../core/problems/assayError.ts";

/** A hotkey by the names that bittensor's tools know it by. */
export interface WalletNames {
  readonly name: string;
  readonly hotkey: string;
  /** The folder of all wallets; `~` at its start is the user's home. */
  readonly path: string;
}

/** Where bittensor's tools keep wallets. */
export const DEFAULT_WALLETS = "~/.bittensor/wallets";
/** What they name the first hotkey of a wallet. */
export const DEFAULT_HOTKEY = "default";

export interface WalletFiles {
  /** With the secret. */
  readonly hotkey: string;
  /** Without it, beside the other. */
  readonly publicPart: string;
}

/** A path with `~` at its start replaced by the user's home. */
export function expandHome(path: string, userHome: string): string {
  return path === "~" || path.startsWith("~/") ? join(userHome, path.slice(1)) : path;
}

function namesFile(what: string, name: string): string {
  if (/^[^/\\\0]+$/.test(name) && name !== "." && name !== "..") return name;
  throw new AssayError({ code: "usage", message: `the ${what} "${name}" cannot be the name of a file` });
}

/** The files of a wallet's hotkey. Throws `usage` for a name that would leave the folder of the wallets. */
export function walletFiles({ name, hotkey, path }: WalletNames, userHome: string): WalletFiles {
  const wallet = namesFile("wallet name", name);
  const file = namesFile("hotkey name", hotkey);
  const folder = join(resolve(expandHome(path, userHome)), wallet, "hotkeys");
  return { hotkey: join(folder, file), publicPart: join(folder, `${file}pub.txt`) };
}
