import { setTimeout as sleep } from "node:timers/promises";
import type { MinerCounts } from "../../flow/standing.ts";
import type { ValidatorClient } from "../client.ts";
import type { MinerTally } from "../tally.ts";

const EVERY_MS = 5000;

/**
 * Puts into the tally what the validator has counted of this miner since this began, every few seconds until the signal
 * aborts: like all other counts of the tally, those of this run.
 */
export async function followCounts(
  client: ValidatorClient,
  tally: MinerTally,
  options: { readonly signal: AbortSignal; readonly changed: (tally: MinerTally) => void },
): Promise<void> {
  const { signal, changed } = options;
  let before: MinerCounts | null = null;
  while (!signal.aborted) {
    try {
      const reply = await client.get(`/v1/miners/${client.keypair.hotkey}`);
      if (reply.status === 200) {
        const { counts } = JSON.parse(reply.text) as { counts: MinerCounts };
        before ??= counts;
        for (const end of ["accepted", "rejected", "void"] as const) tally[end] = counts[end] - before[end];
        changed(tally);
      }
    } catch {
      // The miner itself reports that the validator cannot be reached.
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
