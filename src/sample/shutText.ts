import type { EpochSpan } from "../core/epochs.ts";

export interface Shut {
  readonly current: EpochSpan;
  readonly after: EpochSpan;
  /** Whether the current epoch was taken up at all. */
  readonly isNear: boolean;
  readonly nextDecides: boolean;
  /** When the first epoch begins that a store which was put back may commit, where it lacks the current one; else null. */
  readonly opensAt: number | null;
}

/** Why the current epoch decides nothing, for an operator. */
export function shutText({ current, after, isNear, nextDecides, opensAt }: Shut): string {
  const { epoch } = current;
  if (!isNear) return `epoch ${epoch} is not committed yet; see the log`;
  const until = new Date(current.endsAt).toISOString();
  if (opensAt !== null && current.beginsAt < opensAt)
    return `the store was put back from a backup that does not have epoch ${epoch}, whose commitment was public already and is not made again; answers are refused until ${new Date(opensAt).toISOString()}`;
  const next = nextDecides
    ? `until epoch ${after.epoch} begins at ${until}`
    : `at ${until} at the earliest, and epoch ${after.epoch} is closed too`;
  return `epoch ${epoch} is closed on record although it lasts until ${until}, because the clock ran ahead before or the epochs were numbered so; answers are refused ${next}`;
}
