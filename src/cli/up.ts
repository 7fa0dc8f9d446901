import { once } from "node:events";
import { Command } from "commander";
import { systemChance } from "../core/chance.ts";
import { systemClock } from "../core/clock.ts";
import { demoOverride, startDemo } from "../node/demo.ts";
import { boundHeap } from "../node/heap.ts";
import { readVersion } from "../node/version.ts";
import { makeLog } from "../observe/log.ts";
import { integer, oneOf } from "./options.ts";
import { exitCodes, note } from "./output.ts";
import { type SettingsOptions, settings, withSettings } from "./settings.ts";

interface UpOptions extends SettingsOptions {
  readonly host: string;
  readonly port: number;
  readonly demo?: number;
  readonly verificationConcurrency?: number;
  readonly logLevel?: string;
}

const levels = ["debug", "info", "warn", "error", "silent"] as const;

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
async function stopSignal(): Promise<string> {
  const signals = ["SIGTERM", "SIGINT"] as const;
  const first = await Promise.race(signals.map((signal) => once(process, signal).then(() => signal)));
  for (const signal of signals) process.on(signal, () => process.exit(exitCodes.failed));
  return first;
}

async function up(options: UpOptions): Promise<void> {
  const demo = options.demo ?? 0;
  const stop = stopSignal();
  const config = settings(options, (raw) => {
    if (demo > 0) demoOverride(raw);
    if (options.verificationConcurrency !== undefined)
      raw.verify = { ...(raw.verify as object | undefined), concurrency: options.verificationConcurrency };
  });
  const log = makeLog({ level: options.logLevel ?? (demo > 0 ? "warn" : "info") });
  const { startNode } = await import("../node/start.ts");
  const { host, port, data } = options;
  const modules = { clock: systemClock, chance: systemChance, log };
  const node = await startNode(
    { config, dataDir: data, host, port, demo: demo > 0, version: readVersion() },
    modules,
  );
  boundHeap();
  process.stdout.write(`listening on ${node.url}\n`);
  const miners =
    demo > 0 ? startDemo({ count: demo, node, print: (text) => process.stdout.write(text) }, modules) : null;
  const signal = await stop;
  note(`assay: ${signal}, draining`);
  await miners?.close();
  await node.close();
  log.info("stopped", { signal });
}

export function upCommand(): Command {
  return withSettings(new Command("up").description("Run the validator."))
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on; 0 picks a free one", integer(0, 65_535), 8420)
    .option(
      "--demo <miners>",
      "add so many local miners, the last one a cheat, on a 2-second block",
      integer(1, 64),
    )
    .option(
      "--verification-concurrency <count>",
      "verifications at once (default: 2 x cores)",
      integer(1, 1024),
    )
    .option("--log-level <level>", `${levels.join(", ")} (default: info; warn with --demo)`, oneOf(...levels))
    .addHelpText(
      "after",
      '\nPrints "listening on http://HOST:PORT" to stdout when it is ready; logs are JSON lines on stderr.\nSIGTERM or SIGINT drains and exits 0. `assay init` makes the secret that a start without --demo needs.\n\nExamples:\n  assay up --demo 4\n  assay up --config assay.yaml --data /var/lib/assay --host 0.0.0.0',
    )
    .action(up);
}
