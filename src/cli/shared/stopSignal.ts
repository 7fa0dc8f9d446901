import { once } from "node:events";
import { exitCodes } from "./output.ts";

/** A terminal's hang-up and quit drain like the others: what is running is finished. */
const stopSignals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;
/** A terminal and a parent process may both deliver one Ctrl-C. */
const SAME_SIGNAL_MS = 1000;

type StopSignal = (typeof stopSignals)[number];

/**
 * Resolves at the first signal that asks to stop; a second one, a second or more later, ends the process at once. From now on
 * SIGUSR1 opens no inspector, through which anyone on this host could run code. `except`: signals that mean something else here.
 */
export async function stopSignal(except: readonly StopSignal[] = []): Promise<string> {
  process.on("SIGUSR1", () => undefined);
  const signals = stopSignals.filter((signal) => !except.includes(signal));
  const first = await Promise.race(signals.map((signal) => once(process, signal).then(() => signal)));
  for (const signal of signals) process.on(signal, () => undefined);
  setTimeout(() => {
    for (const signal of signals) process.on(signal, () => process.exit(exitCodes.failed));
  }, SAME_SIGNAL_MS).unref();
  return first;
}
