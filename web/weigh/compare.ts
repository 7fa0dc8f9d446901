/** A row of a signed vector, as far as it is compared. */
export interface VectorRow {
  readonly hotkey: string | null;
  readonly uid: number | null;
  readonly weight: number;
  readonly u16: number;
}

/** A uid's weight on the chain, and the hotkey that it was sent for. */
export interface ChainRow {
  readonly uid: number;
  readonly hotkey: string;
  readonly u16: number;
}

export interface ComparedRow extends VectorRow {
  readonly key: string;
  /** The weight in the vector before; null where there was none. */
  readonly before: number | null;
  readonly change: number | null;
  /** What the chain holds; null where nothing is known of it, or it holds nothing. */
  readonly chain: number | null;
  /** What the chain holds less what was sent; null where either is not known. */
  readonly chainChange: number | null;
}

const keyOf = ({ hotkey, uid }: Pick<VectorRow, "hotkey" | "uid">): string => hotkey ?? `uid ${uid}`;

/** What the chain holds for a hotkey, by the uid that its weight was sent for. */
function heldFor(
  hotkey: string | null,
  sent: readonly ChainRow[],
  held: readonly Pick<ChainRow, "uid" | "u16">[],
): { readonly chain: number | null; readonly chainChange: number | null } {
  const order = sent.find((row) => row.hotkey === hotkey);
  const there = order === undefined ? undefined : held.find(({ uid }) => uid === order.uid);
  const isMissing = order === undefined || there === undefined;
  return { chain: there?.u16 ?? null, chainChange: isMissing ? null : there.u16 - order.u16 };
}

/** Every hotkey of this vector and of the one before, the heaviest first; who is gone weighs nothing. */
export function compared(
  now: readonly VectorRow[],
  before: readonly VectorRow[] | null,
  { sent, held }: { sent: readonly ChainRow[]; held: readonly Pick<ChainRow, "uid" | "u16">[] },
): ComparedRow[] {
  const earlier = new Map((before ?? []).map((row) => [keyOf(row), row]));
  const present = new Set(now.map(keyOf));
  const gone = [...earlier.values()]
    .filter((row) => !present.has(keyOf(row)))
    .map((row) => ({ ...row, weight: 0, u16: 0 }));
  return [...now, ...gone]
    .map((row) => {
      const last = earlier.get(keyOf(row))?.weight ?? (before === null ? null : 0);
      const change = last === null ? null : row.weight - last;
      return { ...row, key: keyOf(row), before: last, change, ...heldFor(row.hotkey, sent, held) };
    })
    .sort((a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1));
}
