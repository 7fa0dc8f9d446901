import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { type ConfigSources, type LoadedConfig, loadConfigItems } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";

export interface SettingsOptions {
  readonly config?: string;
  readonly data: string;
}

/** The options that name a validator's configuration and data. */
export function withSettings(command: Command): Command {
  return command
    .option("--config <file>", "configuration file (default: assay.yaml in the data directory, if it exists)")
    .option("--data <dir>", "data directory: store, keys, configuration", "data");
}

/** The configuration file in use, or null for the defaults. */
export function configFile(options: SettingsOptions): string | null {
  if (options.config !== undefined) return options.config;
  const beside = join(options.data, "assay.yaml");
  return existsSync(beside) ? beside : null;
}

/** The configuration, and where each of its values comes from. */
export function settingsItems(options: SettingsOptions, override?: ConfigSources["override"]): LoadedConfig {
  const sources = { file: configFile(options), env: process.env };
  return loadConfigItems(override === undefined ? sources : { ...sources, override });
}

export function settings(options: SettingsOptions, override?: ConfigSources["override"]): Config {
  return settingsItems(options, override).config;
}
