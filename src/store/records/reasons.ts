import {
  type MinerReason,
  REASONS_MAX,
  type ReasonCount,
  type ReasonKind,
  reasonKinds,
} from "../../flow/reasons.ts";
import { integer, type Row, text } from "./rows.ts";

const CODE_LENGTH_MAX = 64;
const kinds: ReadonlySet<string> = new Set(reasonKinds);
const keyOf = ({ hotkey, kind, code }: ReasonCount): string => `${hotkey} ${kind} ${code}`;

/**
 * The counts of a batch, in the order in which every process writes them, so that none waits for another in a circle. Throws
 * RangeError for those that no process makes.
 */
export function reasonsInOrder(reasons: readonly ReasonCount[]): ReasonCount[] {
  if (reasons.length > REASONS_MAX) throw new RangeError(`reasons: ${reasons.length} counts`);
  if (new Set(reasons.map(keyOf)).size < reasons.length) throw new RangeError("reasons: one twice");
  for (const { kind, code, count } of reasons) {
    if (!kinds.has(kind) || code === "" || code.length > CODE_LENGTH_MAX)
      throw new RangeError(`reasons: ${kind} "${code}"`);
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`reasons: ${code} is ${count}`);
  }
  return reasons.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

export function reasonOf(row: Row): MinerReason {
  const kind = text(row, "kind");
  if (!kinds.has(kind)) throw new RangeError(`reasons: kind "${kind}"`);
  return {
    ...{ kind: kind as ReasonKind, code: text(row, "code") },
    ...{ count: integer(row, "count"), lastAt: integer(row, "last_at") },
  };
}
