import type { Log } from "../core/log.ts";
import { causeText } from "../core/problems/assayError.ts";
import { SystemdNotify } from "./systemdNotify.ts";

/** What systemd asks of the process, in its environment. */
export interface SupervisorOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  /** The program that sends messages. */
  readonly program?: string;
}

/** A longer pause than this tells nothing more, and lets a message get lost. */
const PAUSE_MOST_MS = 60_000;

/** Between two pings: half of what systemd waits for. Null where it waits for none of this process. */
export function pingPauseMs(env: NodeJS.ProcessEnv, pid: number): number | null {
  const { WATCHDOG_USEC: text = "", WATCHDOG_PID: of = `${pid}` } = env;
  const micros = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (micros === 0 || of !== `${pid}`) return null;
  return Math.min(PAUSE_MOST_MS, Math.max(1, Math.floor(micros / 2000)));
}

/**
 * Tells systemd when the validator is ready and when it stops, and that it is alive in between: only while the event loop turns and
 * the store answers, so that a validator which does neither is started again. Does nothing where no supervisor asks.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #log: Log;
  readonly #notify: SystemdNotify | null;
  #timer: NodeJS.Timeout | null = null;
  #isAsking = false;
  #isWithheld = false;

  constructor(options: SupervisorOptions, { log }: { readonly log: Log }) {
    const { env, program } = options;
    this.#options = options;
    this.#log = log;
    const isAsked = (env.NOTIFY_SOCKET ?? "") !== "";
    this.#notify = isAsked
      ? new SystemdNotify({ env, ...(program === undefined ? {} : { program }) }, { log })
      : null;
  }

  /** Everything listens. `answers` resolves when the store has taken a write. */
  ready(status: string, answers: () => Promise<void>): void {
    const { env, pid } = this.#options;
    this.#notify?.send("READY=1", `STATUS=${status}`);
    const pauseMs = this.#notify === null ? null : pingPauseMs(env, pid);
    if (pauseMs !== null) this.#timer = setInterval(() => void this.#ask(answers), pauseMs).unref();
  }

  /** No more work is taken. From now on systemd waits for the end, and for no sign of life. */
  stopping(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#notify?.send("STOPPING=1", "STATUS=draining");
  }

  /** One question at a time: while one has no answer, no ping is sent. */
  async #ask(answers: () => Promise<void>): Promise<void> {
    if (this.#isAsking) {
      this.#withhold("the store has not answered for a whole pause");
      return;
    }
    this.#isAsking = true;
    try {
      await answers();
      this.#alive();
    } catch (error) {
      this.#withhold(causeText(error));
    } finally {
      this.#isAsking = false;
    }
  }

  #alive(): void {
    if (this.#timer === null) return;
    this.#notify?.ping();
    if (this.#isWithheld) this.#log.info("watchdog_again");
    this.#isWithheld = false;
  }

  #withhold(cause: string): void {
    if (this.#timer === null || this.#isWithheld) return;
    this.#isWithheld = true;
    this.#log.error("watchdog_withheld", {
      cause,
      remedy: "systemd starts the validator again unless the store answers within WatchdogSec of the unit",
    });
  }
}
