import { deflateRawSync } from "node:zlib";
import { canonical } from "../../../core/canonical.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { DroppedExhibit, Evidence, StrikeRecord } from "../../../flow/strike.ts";
import { EXHIBIT_TEXT_MOST, HOTKEY_DAY_BYTES } from "../../records/exhibit.ts";
import { integer, text } from "../../records/rows.ts";
import { type Sql, statement } from "../sql.ts";

const DAY_MS = 86_400_000;
/** The same of all hotkeys: 6,000 proofs a day, and 32 MB on disk with a week's exhibits. */
const DAY_BYTES = 4_194_304;

export const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/** Every hotkey together. */
const ALL = "";

const insert = statement("exhibit_insert", "INSERT INTO exhibits (strike, day, body) VALUES ($1, $2, $3)");
// The day's own row is taken first, by its lock: so of several processes one at a time looks at what is left.
const open = statement(
  "exhibit_day",
  `INSERT INTO exhibit_use (day, hotkey, bytes) VALUES ($1, '${ALL}', 0)
   ON CONFLICT (day, hotkey) DO UPDATE SET bytes = exhibit_use.bytes`,
);
const used = statement(
  "exhibit_used",
  "SELECT hotkey, bytes FROM exhibit_use WHERE day = $1 AND hotkey = ANY($2::text[])",
);
const use = statement(
  "exhibit_use",
  `INSERT INTO exhibit_use (day, hotkey, bytes) VALUES ($1, $2, $3)
   ON CONFLICT (day, hotkey) DO UPDATE SET bytes = exhibit_use.bytes + excluded.bytes`,
);

export interface Taken {
  /** What the strike's own row says of its exhibit: what will be true of it once it is gone. */
  readonly evidence: Evidence;
  /** Stores the exhibit under the strike's row. */
  readonly put: (strike: number) => Promise<void>;
}

/** Takes an exhibit within a budget per hotkey and day, and one per day. */
export async function takeExhibit(sql: Sql, { hotkey, at, evidence }: StrikeRecord): Promise<Taken> {
  const { exhibit, ...kept } = evidence;
  if (exhibit === undefined) return { evidence, put: async () => {} };
  const shown = canonical(exhibit);
  const bytes = Buffer.byteLength(shown);
  const day = dayOf(at);
  const body = bytes <= EXHIBIT_TEXT_MOST ? deflateRawSync(shown, { level: 1 }) : null;
  const left = body === null ? 0 : await leftOf(sql, day, hotkey);
  const fits = body !== null && left > 0 && body.length <= left;
  const dropped: DroppedExhibit = { why: fits ? "expired" : "budget", bytes, sha256: sha256Hex(shown) };
  const put = async (strike: number): Promise<void> => {
    if (!fits) return;
    const users = [hotkey, ALL].map((user) => sql.run(use, [day, user, body.length]));
    await Promise.all([sql.run(insert, [strike, day, body]), ...users]);
  };
  return { evidence: { ...kept, exhibit_dropped: dropped }, put };
}

/** How many bytes of the day the hotkey may still use. */
async function leftOf(sql: Sql, day: number, hotkey: string): Promise<number> {
  const [, rows] = await Promise.all([sql.run(open, [day]), sql.rows(used, [day, [hotkey, ALL]])]);
  const of = (who: string): number => {
    const row = rows.find((one) => text(one, "hotkey") === who);
    return row === undefined ? 0 : integer(row, "bytes");
  };
  return Math.min(HOTKEY_DAY_BYTES - of(hotkey), DAY_BYTES - of(ALL));
}
