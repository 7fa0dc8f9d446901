import type { Store } from "../flow/store.ts";
import type { LedgerStrike } from "../flow/strike.ts";
import type { StrikePage } from "../http/handlers.ts";

type Item = StrikePage["items"][number];

/** What judge says at this moment of hotkeys that were struck. */
export interface Present {
  /** Null while the height is not known. */
  readonly block: number | null;
  /** The first free block of a suspended hotkey, else null; asked only when the height is known. */
  readonly suspendedUntil: (hotkey: string) => number | null;
}

/** A suspension that would still last, where judge knows of none as long: only an operator ends one early. */
function isLifted(
  { hotkey, suspendUntil }: LedgerStrike,
  { block, suspendedUntil: until }: Present,
): boolean {
  if (suspendUntil === null || block === null || suspendUntil <= block) return false;
  return (until(hotkey) ?? 0) < suspendUntil;
}

function itemOf(strike: LedgerStrike, present: Present): Item {
  const { strikeId, hotkey, lane, block, at, counted, suspendUntil, evidence } = strike;
  const { work_id, receipt_id, draw, verdict, checker, rule } = evidence;
  return {
    ...{ strike_id: strikeId, hotkey, lane, block, at, counted, suspended_until: suspendUntil },
    lifted: isLifted(strike, present),
    ...{ epoch: draw.epoch, work_id, receipt_id, code: verdict.code, checker, rule },
  };
}

/** A page of the strikes of all hotkeys, the newest first. */
export async function strikePage(
  store: Pick<Store, "strikeLedger">,
  { before, limit }: { readonly before: number | null; readonly limit: number },
  present: Present,
): Promise<StrikePage> {
  const found = await store.strikeLedger(before, limit + 1);
  const shown = found.slice(0, limit);
  return {
    items: shown.map((strike) => itemOf(strike, present)),
    next_before: found.length > limit ? (shown.at(-1)?.number ?? null) : null,
  };
}
