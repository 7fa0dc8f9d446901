import { isReceiptId } from "../../../../core/ids.ts";
import { BoundedMap } from "../../../../core/queue/boundedMap.ts";
import { integer, text } from "../../../records/rows.ts";
import { type Sql, statement } from "../../sql.ts";
import { partOf } from "../partitions.ts";
import { perEpoch } from "../perEpoch.ts";

/** Receipts whose epoch is remembered: more than wait for a verdict at any time. */
const KNOWN_MOST = 65_536;

/**
 * The epochs on record whose answers may have arrived at a moment: those that end around it, since an epoch's answers are taken
 * while it lasts and while the next one does. An epoch without an end on record always may.
 */
const around = statement(
  "epochs_around",
  `(SELECT epoch, 1 AS side FROM epochs WHERE ends_at > $1 ORDER BY ends_at LIMIT 2)
   UNION ALL (SELECT epoch, -1 FROM epochs WHERE ends_at <= $1 ORDER BY ends_at DESC LIMIT 2)
   UNION ALL (SELECT epoch, 0 FROM epochs WHERE ends_at IS NULL ORDER BY epoch DESC LIMIT 64)`,
);

const inPart = perEpoch((epoch) =>
  statement(
    `receipts_in_${epoch}`,
    `SELECT receipt FROM ${partOf("submissions", epoch)} WHERE receipt = ANY($1::text[])`,
  ),
);

const anywhere = statement(
  "receipts_anywhere",
  "SELECT epoch, receipt FROM submissions WHERE receipt = ANY($1::text[])",
);

/** The moment that a receipt's id says it was received at. */
function timeOf(receipt: string): number {
  return isReceiptId(receipt) ? Number.parseInt(receipt.slice(3, 15), 16) : 0;
}

/** Finds the epochs of receipts: those that this process met are remembered. An epoch of a receipt never changes. */
export class Receipts {
  readonly #known = new BoundedMap<string, number>(KNOWN_MOST);

  learn(receipt: string, epoch: number): void {
    this.#known.set(receipt, epoch);
  }

  /** Its epoch may have been dropped. */
  forget(receipt: string): void {
    this.#known.delete(receipt);
  }

  /** By receipt; those that are on record nowhere are left out. */
  async epochsOf(sql: Sql, receipts: readonly string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const missing = new Set<string>();
    for (const receipt of receipts) {
      const epoch = this.#known.get(receipt);
      if (epoch === undefined) missing.add(receipt);
      else found.set(receipt, epoch);
    }
    if (missing.size === 0) return found;
    for (const [receipt, epoch] of await lookUp(sql, missing)) {
      found.set(receipt, epoch);
      this.learn(receipt, epoch);
    }
    return found;
  }
}

async function lookUp(sql: Sql, missing: Set<string>): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const [epoch, receipts] of await candidates(sql, missing)) {
    for (const row of await sql.rows(inPart(epoch), [receipts])) found.set(text(row, "receipt"), epoch);
  }
  const elsewhere = [...missing].filter((receipt) => !found.has(receipt));
  if (elsewhere.length > 0)
    for (const row of await sql.rows(anywhere, [elsewhere]))
      found.set(text(row, "receipt"), integer(row, "epoch"));
  return found;
}

/**
 * The receipts that each epoch is asked for. Those whose moment lies between epochs on record are nowhere else, and are taken out
 * of `missing`: an id that somebody made up does not search every part. The others may be of another form.
 */
async function candidates(sql: Sql, missing: Set<string>): Promise<Map<number, string[]>> {
  const asked = new Map<number, string[]>();
  for (const receipt of [...missing]) {
    const rows = await sql.rows(around, [timeOf(receipt)]);
    for (const row of rows) {
      const epoch = integer(row, "epoch");
      asked.set(epoch, [...(asked.get(epoch) ?? []), receipt]);
    }
    const sides = rows.map((row) => integer(row, "side"));
    if (sides.includes(1) && sides.includes(-1)) missing.delete(receipt);
  }
  return asked;
}
