import type { ChainMiner, UidWeight } from "./chain.ts";

/** Divides rows into those whose uid still belongs to its hotkey and those whose uid has another holder, or none. */
export function heldRows<Row extends Pick<UidWeight, "uid" | "hotkey">>(
  rows: readonly Row[],
  miners: readonly ChainMiner[] | null,
): { readonly held: readonly Row[]; readonly changed: readonly Row[] } {
  const holders = new Map(miners?.map(({ uid, hotkey }) => [uid, hotkey]));
  const isHeld = ({ uid, hotkey }: Row): boolean => holders.get(uid) === hotkey;
  return { held: rows.filter(isHeld), changed: rows.filter((row) => !isHeld(row)) };
}
