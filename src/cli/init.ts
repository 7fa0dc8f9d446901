import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import { starterConfig } from "../config/starter.ts";
import { systemRandom } from "../core/random.ts";
import { isDevelopmentUri } from "../keys/developmentUri.ts";
import { loadOrMakeSigner, loadOrMakeToken, makeSecretIfMissing, writePrivate } from "../keys/files.ts";
import { readHotkey } from "../keys/readHotkey.ts";
import { pathsOf } from "../validator/paths.ts";
import { print } from "./shared/output.ts";

interface InitReport {
  readonly data: string;
  readonly hotkey: string;
  readonly key_id: string;
  readonly made: readonly string[];
  readonly kept: readonly string[];
}

/** Makes what is missing and keeps what exists, so that it can be run again. */
async function init(data: string): Promise<InitReport> {
  mkdirSync(join(data, "keys"), { recursive: true, mode: 0o700 });
  const made: string[] = [];
  const kept: string[] = [];
  const watch = (file: string): string => {
    (existsSync(file) ? kept : made).push(file);
    return file;
  };
  const yaml = watch(join(data, "assay.yaml"));
  if (!existsSync(yaml)) writePrivate(yaml, starterConfig());
  const config = loadConfig({ file: yaml, env: process.env });
  const paths = pathsOf(config, data);
  makeSecretIfMissing(watch(paths.secret), systemRandom);
  const source = isDevelopmentUri(paths.hotkey) ? paths.hotkey : watch(paths.hotkey);
  const hotkey = await readHotkey({ source, chainKind: config.chain.kind });
  const signer = loadOrMakeSigner(watch(paths.publishing));
  loadOrMakeToken(watch(paths.adminToken), systemRandom);
  return { data, hotkey, key_id: signer.kid, made, kept };
}

function text(report: InitReport): string {
  return [
    ...report.made.map((file) => `made  ${file}`),
    ...report.kept.map((file) => `kept  ${file}`),
    `validator hotkey  ${report.hotkey}`,
    `publishing key    ${report.key_id}`,
    `next: edit ${join(report.data, "assay.yaml")}, then run  assay up --data ${report.data}`,
  ].join("\n");
}

export function initCommand(): Command {
  return new Command("init")
    .description(
      "Write a commented assay.yaml, the challenge secret and the keys into a data directory; existing files are kept.",
    )
    .option("--data <dir>", "data directory", "data")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nBack up keys/challenge.secret: without it open epochs cannot be closed.\n\nExample:\n  assay init --data /var/lib/assay",
    )
    .action(async (options: { data: string; json?: boolean }) => {
      const report = await init(options.data);
      print(options.json, report, () => text(report));
    });
}
