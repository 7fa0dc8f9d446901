import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import { systemClock } from "../core/clock.ts";
import { systemRandom } from "../core/random.ts";
import { readVersion } from "../core/version.ts";
import { startDemo } from "../demo/demo.ts";
import { terminalScreen } from "../demo/screen.ts";
import { demoOverride } from "../demo/settings.ts";
import { Supervisor } from "../observe/supervisor.ts";
import { boundHeap, keepYoungHeap } from "../validator/heap.ts";
import { pathsOf } from "../validator/paths.ts";
import { parseRoles, type Roles, roles } from "../validator/roles/roles.ts";
import { logOf, type ValidatorLog } from "./shared/logOf.ts";
import { integerOption, wordOption } from "./shared/options.ts";
import { note, printError } from "./shared/output.ts";
import { type SettingsOptions, settingsItems, withSettings } from "./shared/settings.ts";
import { stopSignal } from "./shared/stopSignal.ts";

interface UpOptions extends SettingsOptions {
  readonly host?: string;
  readonly port?: number;
  readonly demo?: number;
  readonly verificationConcurrency?: number;
  readonly dispatchCeiling?: number;
  readonly allowPrivate?: boolean;
  readonly logLevel?: string;
  readonly logFile?: string;
  readonly role?: Roles;
  readonly name?: string;
}

type Tree = Record<string, unknown>;

const levels = ["debug", "info", "warn", "error", "silent"] as const;

/** Puts flags over the configuration; a flag that was not given leaves the value of the file. */
function overlay(raw: Tree, options: UpOptions): void {
  const { host, port, verificationConcurrency, dispatchCeiling, allowPrivate, logFile } = options;
  const section = (name: string, keys: Tree): void => {
    raw[name] = { ...(raw[name] as Tree | undefined), ...keys };
  };
  if (host !== undefined) section("http", { host });
  // Of a flag, paths are relative to where the command runs.
  if (logFile !== undefined) section("observe", { log_file: resolve(logFile) });
  if (port !== undefined) section("http", { port });
  if (verificationConcurrency !== undefined) section("verify", { concurrency: verificationConcurrency });
  if (dispatchCeiling !== undefined) section("dispatch", { ceiling: dispatchCeiling });
  if (allowPrivate !== undefined) section("dispatch", { allow_private: allowPrivate });
}

/** A demo has blocks of 2 s and keys of its own: it never meets the store of a validator by default. */
const DEMO_DATA = "data-demo";

async function up(given: UpOptions, command: Command): Promise<void> {
  boundHeap();
  const demo = given.demo ?? 0;
  const isDefault = command.getOptionValueSource("data") === "default";
  const options = demo > 0 && isDefault ? { ...given, data: DEMO_DATA } : given;
  const { config, items: configItems } = settingsItems(options, (raw) => {
    if (demo > 0) demoOverride(raw);
    overlay(raw, options);
  });
  const logPath = pathsOf(config, options.data).log;
  const stop = stopSignal(logPath === null ? [] : ["SIGHUP"]);
  const logging = logOf(options.logLevel ?? (demo > 0 ? "warn" : "info"), logPath);
  const { log } = logging;
  const { promise: failure, resolve: fatal } = Promise.withResolvers<Error>();
  const { startValidator } = await import("../validator/start.ts");
  const { host, port } = config.http;
  const { promise: drained, resolve: drain } = Promise.withResolvers<"an order to drain">();
  const modules = {
    ...{ clock: systemClock, random: systemRandom, log, fatal },
    ...{ logSink: logging.sink, foldedLog: log },
    drain: () => drain("an order to drain"),
  };
  const { role, name } = options;
  const validator = await startValidator(
    {
      ...{ config, configItems, dataDir: options.data, host, port, demo: demo > 0, version: readVersion() },
      ...(role === undefined ? {} : { roles: role }),
      ...(name === undefined ? {} : { name }),
    },
    modules,
  );
  keepYoungHeap();
  process.stdout.write(`listening on ${validator.url}\n`);
  const supervisor = new Supervisor({ env: process.env, pid: process.pid }, { log });
  supervisor.ready(`listening on ${validator.url}`, () => validator.storeAnswers());
  const miners = demo > 0 ? startDemo({ count: demo, validator, screen: terminalScreen() }, modules) : null;
  const end = await Promise.race([stop, failure, drained]);
  if (end instanceof Error) return endFailed(end, { ...logging, close: () => validator.close() });
  supervisor.stopping();
  note(`assay: ${end} received, draining`);
  await miners?.close();
  await validator.close();
  log.info("stopped", { signal: end });
  // A destination that is stalled must not keep the process.
  const isFlushed = await logging.flush(FLUSH_MS);
  note("assay: stopped");
  if (!isFlushed) process.exit();
}

/** How long a process that failed waits for its parts to close: what the cause took along may never do so. */
const FAILED_CLOSE_MS = 3000;
const FLUSH_MS = 2000;

/** Ends the process non-zero with the cause, so that a supervisor starts it again. */
async function endFailed(cause: Error, parts: ValidatorLog & { close: () => Promise<void> }): Promise<never> {
  parts.log.error("failed", { cause: cause.message });
  await Promise.race([parts.close(), sleep(FAILED_CLOSE_MS)]);
  await parts.flush(FLUSH_MS);
  process.exit(printError(false, cause));
}

const help = `
Prints "listening on http://HOST:PORT" to stdout when it is ready; logs are JSON lines on stderr, or in --log-file.
SIGTERM, SIGINT, SIGHUP or SIGQUIT finishes what is running and exits 0; a second one ends the process at once. With a log
file SIGHUP opens that anew instead, as logrotate wants. Lines that repeat within 30 s are one line with "repeated".
Under systemd (Type=notify) it says when it is ready and when it stops, and pings the watchdog while the store answers.
\`assay init\` makes the secret that a start without --demo needs. The configuration decides where metrics are served
(observe.metrics, default http://127.0.0.1:9420/metrics).

--dispatch-ceiling bounds the jobs in flight at all miners together. Without it the limits are each miner's adaptive cap,
the bound on pending verifications and the byte budget (dispatch.bytes_in_flight), which adapt to what the miners deliver
and this host can verify. Set it when something that Assay cannot measure is the bottleneck: a metered uplink, a shared
host, a new machine. Start near twice what the miners deliver in one service time, and raise it while
assay_dispatch_in_flight stays at it.

Examples:
  assay up --demo 4
  assay up --config assay.yaml --data /var/lib/assay --host 0.0.0.0`;

function rolesOption(text: string): Roles {
  const parsed = parseRoles(text);
  if ("wrong" in parsed)
    throw new InvalidArgumentError(`"${parsed.wrong}" is not one of: ${roles.join(", ")}.`);
  return parsed.roles;
}

export function upCommand(): Command {
  return withSettings(new Command("up").description("Run the validator."))
    .option("--host <address>", "address to listen on (default: http.host of the configuration, 127.0.0.1)")
    .option(
      "--port <number>",
      "port to listen on; 0 picks a free one (default: http.port of the configuration, 8420)",
      integerOption(0, 65_535),
    )
    .option(
      "--demo <N>",
      "also run N local solvers and N / 2 provers (at least three); the last of each cheats; blocks take 2 s; --data is data-demo",
      integerOption(1, 64),
    )
    .option(
      "--role <roles>",
      `what this process does: ${roles.join(", ")}, or several with commas (default: all). Fewer than all need store.kind: postgres`,
      rolesOption,
    )
    .option(
      "--name <name>",
      "name of this process in `assay nodes` (default: the host's name and the process id)",
    )
    .option(
      "--verification-concurrency <count>",
      "verifications at the same time (default: 2 x cores)",
      integerOption(1, 1024),
    )
    .option(
      "--dispatch-ceiling <jobs>",
      "bound on jobs in flight at all miners together (default: none)",
      integerOption(1, 1_000_000),
    )
    .option(
      "--allow-private",
      "also dial miners at private and loopback addresses, for tests and closed networks",
    )
    .option(
      "--log-level <level>",
      `${levels.join(", ")} (default: info; warn with --demo)`,
      wordOption(...levels),
    )
    .option(
      "--log-file <path>",
      "append the log to this file, made with mode 0640 and opened anew at SIGHUP (default: observe.log_file, else stderr)",
    )
    .addHelpText("after", help)
    .action(up);
}
