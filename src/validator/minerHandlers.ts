import type { Hotkey } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { blameOf } from "../core/problems/blameOf.ts";
import type { MinerReason } from "../flow/reasons.ts";
import type { SkiplistItem } from "../flow/standing.ts";
import type { StoredMiner } from "../flow/store.ts";
import type { Handlers, MinerDetails, MinerView } from "../http/handlers.ts";
import type { PublicStore } from "../store/queuedReads.ts";
import type { Parts } from "./parts.ts";
import { strikePage } from "./strikeLedger.ts";

function detailsNow(
  hotkey: Hotkey,
  judge: Parts["judge"],
  push: Parts["push"],
): Omit<MinerDetails, "reasons"> {
  const found = judge.skiplist().find((item) => item.hotkey === hotkey);
  const { hotkey: _, ...suspension } = found ?? { hotkey };
  return {
    hotkey,
    suspension: found === undefined ? null : (suspension as Omit<SkiplistItem, "hotkey">),
    push: pushOf(hotkey, push),
    presumed_ours_at: judge.presumedOursAt(),
  };
}

function pushOf(hotkey: Hotkey, push: Parts["push"]): MinerDetails["push"] {
  const miner = push?.dispatcher.watch.miner(hotkey) ?? null;
  if (miner === null) return null;
  const { transport, cap, limit } = miner;
  return { connected: transport !== null, cap, limit };
}

const reasonView = ({ kind, code, count, lastAt }: MinerReason): MinerDetails["reasons"][number] => ({
  ...{ kind, code, count, last_at: lastAt },
  blame: kind === "refused" ? blameOf(code) : kind === "rejected" ? "miner" : "none",
});

type MinerParts = Pick<Parts, "judge" | "chain" | "push">;

/** Public facts about the miners: standing, counts, evidence. */
export function minerHandlers({ judge, chain, push }: MinerParts, store: PublicStore) {
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
    minerDetails: async (hotkey) => {
      if ((await store.miner(hotkey)) === null) throw new AssayError({ code: "miner_not_found", hotkey });
      const reasons = await store.minerReasons(hotkey);
      return {
        ...detailsNow(hotkey, judge, push),
        reasons: reasons.map(reasonView),
      };
    },
    strikes: (hotkey) => store.strikesText(hotkey),
    strikeLedger: (query) =>
      strikePage(store, query, {
        block: chain.block(),
        suspendedUntil: (hotkey) => judge.suspendedUntil(hotkey),
      }),
  } satisfies Partial<Handlers>;
}
