import { existsSync } from "node:fs";
import type { Config } from "../config/schema.ts";
import { systemClock } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import { noMetrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { changeText, checkEpochNumbers, configuredEpochs, epochChange } from "./epochChange.ts";

/** A store that cannot be opened is the fault of another check. */
function unreadable(error: unknown): null {
  if (error instanceof AssayError) return null;
  throw error;
}

/** What of the configuration waits for a later epoch, and when that begins; null when nothing does. Throws `config_invalid`. */
export async function waitingChange(config: Config, file: string): Promise<string | null> {
  if (!existsSync(file)) return null;
  const store = await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock }).catch(
    unreadable,
  );
  if (store === null) return "unknown, since the store cannot be read; see the check of the store";
  try {
    const nowMs = systemClock.nowMs();
    await checkEpochNumbers(store, config, nowMs);
    const change = epochChange(await store.openEpochs(), configuredEpochs(config), nowMs);
    return change === null ? null : changeText(change);
  } finally {
    await store.close();
  }
}
