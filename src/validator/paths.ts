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

export function pathsOf(config: Config, dataDir: string): Paths {
  const at = (path: string): string => (isAbsolute(path) ? path : join(dataDir, path));
  const { keys, challenge, admin, chain } = config;
  refuseSecretText(keys.hotkey, "keys.hotkey");
  return {
    store: at("assay.db"),
    hotkey: isDevelopmentUri(keys.hotkey) ? keys.hotkey : at(keys.hotkey),
    publishing: at(keys.publishing),
    retired: besidePublishing(at(keys.publishing), "retired"),
    next: besidePublishing(at(keys.publishing), "next"),
    signingMark: besidePublishing(at(keys.publishing), "mark"),
    secret: at(challenge.secret_file),
    previousSecret: challenge.secret_file_previous === null ? null : at(challenge.secret_file_previous),
    adminToken: at(admin.token_file),
    miners: chain.miners === "open" ? null : at(chain.miners),
    metrics: metricsAt(config, at),
  };
}
