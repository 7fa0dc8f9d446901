import type { ChainMiner, UidWeight, WeightOrder } from "./chain.ts";

export interface HeldRows {
  readonly held: readonly UidWeight[];
  readonly changed: readonly UidWeight[];
}

/**
 * Divides the rows of an order into those whose uid still belongs to its hotkey and those whose uid has another holder, or none. Where
 * the burn's row is one of these, no row is held: the chain would scale up the rest, and the burn's share would go to the miners.
 */
export function heldOrder(order: WeightOrder, miners: readonly ChainMiner[] | null): HeldRows {
  const { rows, burnHotkey } = order;
  const holders = new Map(miners?.map(({ uid, hotkey }) => [uid, hotkey]));
  const isHeld = ({ uid, hotkey }: UidWeight): boolean => holders.get(uid) === hotkey;
  const changed = rows.filter((row) => !isHeld(row));
  if (changed.some(({ hotkey }) => hotkey === burnHotkey)) return { held: [], changed: rows };
  return { held: rows.filter(isHeld), changed };
}
