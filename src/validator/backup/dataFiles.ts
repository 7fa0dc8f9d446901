import { existsSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import type { Config } from "../../config/schema.ts";
import { isDevelopmentUri } from "../../keys/developmentUri.ts";
import { pathsOf } from "../paths.ts";

/** What a validator uses beside its store. */
export interface DataFiles {
  /** Paths in the data directory. */
  readonly inside: readonly string[];
  /** Whole paths of what is elsewhere. */
  readonly outside: readonly string[];
}

/** The configuration, keys, secrets and marks of a validator, as far as they exist. */
export function dataFilesOf(config: Config, dataDir: string, configFile: string | null): DataFiles {
  const paths = pathsOf(config, dataDir);
  const { publishing, retired, next, signingMark, secret, previousSecret, adminToken, miners } = paths;
  const circuits = config.lanes.groth16.circuits.map(({ verification_key: key }) =>
    isAbsolute(key) ? key : join(dataDir, key),
  );
  const used = [
    ...[configFile, isDevelopmentUri(paths.hotkey) ? null : paths.hotkey],
    ...[publishing, retired, next, signingMark, secret, previousSecret, adminToken, miners, ...circuits],
  ];
  const inside = new Set<string>();
  const outside = new Set<string>();
  for (const file of used) {
    if (file === null || !existsSync(file)) continue;
    const path = relative(dataDir, file);
    if (path.startsWith("..") || isAbsolute(path)) outside.add(file);
    else inside.add(path.split(sep).join("/"));
  }
  return { inside: [...inside].sort(), outside: [...outside].sort() };
}
