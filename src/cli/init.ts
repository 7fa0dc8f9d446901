import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import { starterConfig } from "../config/starter.ts";
import { systemRandom } from "../core/random.ts";
import { isDevelopmentUri } from "../keys/developmentUri.ts";
import { loadOrMakeSigner, loadOrMakeToken, makeSecretIfMissing, writePrivate } from "../keys/files.ts";
import { pathsOf } from "../validator/paths.ts";
import { validatorHotkey } from "../validator/validatorHotkey.ts";
import { type ChainOptions, chainSection } from "./shared/chainSection.ts";
import { integerOption, wordOption } from "./shared/options.ts";
import { print } from "./shared/output.ts";

type Tree = Record<string, unknown>;

interface InitReport {
  readonly data: string;
  readonly hotkey: string;
  readonly key_id: string;
  readonly made: readonly string[];
  readonly kept: readonly string[];
}

/** Makes what is missing and keeps what exists, so that it can be run again. */
async function init(data: string, chain: Tree | null): Promise<InitReport> {
  mkdirSync(join(data, "keys"), { recursive: true, mode: 0o700 });
  const made: string[] = [];
  const kept: string[] = [];
  const watch = (file: string): string => {
    (existsSync(file) ? kept : made).push(file);
    return file;
  };
  const yaml = watch(join(data, "assay.yaml"));
  if (!existsSync(yaml)) writePrivate(yaml, starterConfig(chain));
  const config = loadConfig({ file: yaml, env: process.env });
  const paths = pathsOf(config, data);
  makeSecretIfMissing(watch(paths.secret), systemRandom);
  const isFile = !isDevelopmentUri(paths.hotkey) && !paths.isWallet;
  if (isFile) watch(paths.hotkey);
  const hotkey = await validatorHotkey(config, paths);
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

/** Collects an option that may be repeated. */
const collect = (value: string, before: string[] = []): string[] => [...before, value];

export function initCommand(): Command {
  return new Command("init")
    .description(
      "Write a commented assay.yaml, the challenge secret and the keys into a data directory; existing files are kept.",
    )
    .option("--data <dir>", "data directory", "data")
    .option("--chain <kind>", "local or subtensor", wordOption("local", "subtensor"))
    .option("--netuid <number>", "with --chain subtensor: number of the subnet", integerOption(0, 4095))
    .option("--endpoint <url>", "with --chain subtensor: ws or wss URL of a node; may be repeated", collect)
    .option("--genesis <name>", "with --chain subtensor: finney, test or the hash of block 0", "finney")
    .option("--wallet <name>", "with --chain subtensor: name of the bittensor wallet")
    .option("--hotkey <name>", "with --wallet: name of the hotkey in it")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nBack up keys/challenge.secret: without it open epochs cannot be closed.\n\nExamples:\n  assay init --data /var/lib/assay\n  assay init --data /var/lib/assay --chain subtensor --netuid 7 --wallet validator --hotkey default",
    )
    .action(async (options: ChainOptions & { data: string; json?: boolean }) => {
      const report = await init(options.data, chainSection(options));
      print(options.json, report, () => text(report));
    });
}
