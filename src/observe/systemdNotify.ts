import { spawn } from "node:child_process";
import type { Log } from "../core/log.ts";

/** A message takes milliseconds; systemd's program gives up by itself after 5 s. */
const RUN_MS = 10_000;
/** Ready and stopping: there is nothing else that may not be dropped. */
const WAITING_MOST = 2;

const MISSING =
  "systemd waits for messages of this process, and the program that sends them, systemd-notify, cannot be started: install it (it is part of systemd) or set Type=exec and no WatchdogSec in the unit";

export interface NotifyOptions {
  /** Found on the path. */
  readonly program?: string;
  readonly runMs?: number;
  /** With NOTIFY_SOCKET. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Messages to systemd through its own program, since Node has no datagram sockets of the unix family. One run at a time: pings are
 * dropped meanwhile, and what must arrive waits.
 */
export class SystemdNotify {
  readonly #options: NotifyOptions;
  readonly #log: Log;
  readonly #waiting: (readonly string[])[] = [];
  #isRunning = false;
  #isMissing = false;
  #isFailing = false;

  constructor(options: NotifyOptions, { log }: { readonly log: Log }) {
    this.#options = options;
    this.#log = log;
  }

  /** Variables such as `READY=1`. */
  send(...variables: readonly string[]): void {
    if (this.#isMissing) return;
    if (!this.#isRunning) this.#run(variables);
    else if (this.#waiting.length < WAITING_MOST) this.#waiting.push(variables);
  }

  /** Whether it was sent: not while another message is on its way. */
  ping(): boolean {
    if (this.#isMissing || this.#isRunning) return false;
    this.#run(["WATCHDOG=1"]);
    return true;
  }

  #run(variables: readonly string[]): void {
    const { program = "systemd-notify", runMs = RUN_MS, env } = this.#options;
    this.#isRunning = true;
    const child = spawn(program, [...variables], {
      ...{ env, stdio: ["ignore", "ignore", "pipe"], timeout: runMs, killSignal: "SIGKILL" },
    });
    // It must not keep the validator when all else has ended.
    child.unref();
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, 500);
    });
    let isOver = false;
    const over = (fault: object | null): void => {
      if (isOver) return;
      isOver = true;
      this.#over(variables, fault);
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      this.#isMissing = error.code === "ENOENT" || error.code === "EACCES";
      over({ cause: error.message, ...(this.#isMissing ? { remedy: MISSING } : {}) });
    });
    child.once("close", (code, signal) =>
      over(code === 0 ? null : { cause: signal === null ? `status ${code}: ${said.trim()}` : signal }),
    );
  }

  #over(variables: readonly string[], fault: object | null): void {
    this.#isRunning = false;
    // Once per run of failures: a watchdog pings for as long as the process lives.
    if (fault !== null && !this.#isFailing)
      this.#log.error("supervisor_not_told", { message: variables.join(" "), ...fault });
    this.#isFailing = fault !== null;
    const next = this.#waiting.shift();
    if (next !== undefined && !this.#isMissing) this.#run(next);
  }
}
