import { setTimeout as sleep } from "node:timers/promises";

/** Resolves once the condition holds; a test that waits in vain is ended by the runner, with the whole run. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}
