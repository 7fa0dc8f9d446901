import { homedir } from "node:os";
import { isAbsolute, join, parse } from "node:path";
import type { Config } from "../config/schema.ts";
import { isDevelopmentUri } from "../keys/developmentUri.ts";
import { refuseSecretText } from "../keys/secretText.ts";
import type { MetricsAddress } from "../observe/metricsAddress.ts";

/** Paths of a validator's files; relative paths are under the data directory. */
export interface Paths {
  readonly store: string;
  /** A file, or a development URI. */
  readonly hotkey: string;
  /** The hotkey is one of a wallet, which is never made here. */
  readonly isWallet: boolean;
  readonly publishing: string;
  /** The public keys before it. */
  readonly retired: string;
  /** The key that takes its place, while a rotation is under way. */
  readonly next: string;
  /** The last period whose vector was signed. */
  readonly signingMark: string;
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly adminToken: string;
  /** A file, or null where anyone may mine. */
  readonly miners: string | null;
  /** Where the log goes; null: stderr. */
  readonly log: string | null;
  /** Where metrics are read; null where they are off. */
  readonly metrics: MetricsAddress | null;
}

function metricsAt({ observe }: Config, at: (path: string) => string): MetricsAddress | null {
  const { metrics } = observe;
  if (metrics === "off") return null;
  return "socket" in metrics ? { socket: at(metrics.socket) } : metrics;
}

/** A file that belongs to the publishing key and stands beside it: `keys/publishing.mark.json`. */
function besidePublishing(key: string, what: string): string {
  const { dir, name } = parse(key);
  return join(dir, `${name}.${what}.json`);
}

/** The hotkey file of the wallet that the chain's section names; null where it names none. */
function walletFile({ chain }: Config): string | null {
  if (chain.kind !== "subtensor" || chain.wallet === null) return null;
  const { name, hotkey, path = "~/.bittensor/wallets", file } = chain.wallet;
  const chosen = file ?? join(path, name ?? "", "hotkeys", hotkey ?? "");
  return chosen.startsWith("~/") ? join(homedir(), chosen.slice(2)) : chosen;
}

export function pathsOf(config: Config, dataDir: string): Paths {
  const at = (path: string): string => (isAbsolute(path) ? path : join(dataDir, path));
  const { keys, challenge, admin, chain } = config;
  refuseSecretText(keys.hotkey, "keys.hotkey");
  const wallet = walletFile(config);
  return {
    store: at("assay.db"),
    hotkey: wallet !== null ? at(wallet) : isDevelopmentUri(keys.hotkey) ? keys.hotkey : at(keys.hotkey),
    isWallet: wallet !== null,
    publishing: at(keys.publishing),
    retired: besidePublishing(at(keys.publishing), "retired"),
    next: besidePublishing(at(keys.publishing), "next"),
    signingMark: besidePublishing(at(keys.publishing), "mark"),
    secret: at(challenge.secret_file),
    previousSecret: challenge.secret_file_previous === null ? null : at(challenge.secret_file_previous),
    adminToken: at(admin.token_file),
    miners: chain.kind !== "local" || chain.miners === "open" ? null : at(chain.miners),
    log: config.observe.log_file === null ? null : at(config.observe.log_file),
    metrics: metricsAt(config, at),
  };
}
