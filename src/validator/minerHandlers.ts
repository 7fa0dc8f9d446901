import { AssayError } from "../core/problems/assayError.ts";
import type { StoredMiner } from "../flow/store.ts";
import type { Handlers, MinerView } from "../http/handlers.ts";
import type { PublicStore } from "../store/queuedReads.ts";
import type { Parts } from "./parts.ts";
import { strikePage } from "./strikeLedger.ts";

/** Public facts about the miners: standing, counts, evidence. */
export function minerHandlers({ judge, chain }: Pick<Parts, "judge" | "chain">, store: PublicStore) {
  const view = (miner: StoredMiner): MinerView => ({ ...judge.standing(miner), counts: miner.counts });
  return {
    miners: async ({ after, limit }) => {
      const rows = await store.miners(after, limit);
      return {
        items: rows.map(view),
        next_after: rows.length < limit ? null : (rows.at(-1)?.hotkey ?? null),
      };
    },
    miner: async (hotkey) => {
      const miner = await store.miner(hotkey);
      if (miner === null) throw new AssayError({ code: "miner_not_found", hotkey });
      return view(miner);
    },
    strikes: (hotkey) => store.strikesText(hotkey),
    strikeLedger: (query) =>
      strikePage(store, query, {
        block: chain.block(),
        suspendedUntil: (hotkey) => judge.suspendedUntil(hotkey),
      }),
  } satisfies Partial<Handlers>;
}
