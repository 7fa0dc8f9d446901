import type { EpochTerms } from "../flow/draw.ts";
import type { Tier } from "../flow/lane.ts";
import type { SchemeName } from "./scheme.ts";

/** A tier as challenges are issued and recognised by it. */
export interface ChallengeTier extends Tier {
  readonly lane: string;
  readonly maxAttempts: number;
}

export type TierTable = ReadonlyMap<number, ChallengeTier>;

/** What the challenges of an epoch are made with. */
export interface Issued {
  readonly scheme: SchemeName;
  readonly tiers: TierTable;
}

const tables = new WeakMap<EpochTerms, Issued>();

/** The terms of an epoch; made once for each. */
export function issuedBy(terms: EpochTerms): Issued {
  const known = tables.get(terms);
  if (known !== undefined) return known;
  const rows = Object.entries(terms.lanes).flatMap(([lane, { max_attempts: maxAttempts, tiers }]) =>
    Object.entries(tiers).map(([number, tier]) => [Number(number), { ...tier, lane, maxAttempts }] as const),
  );
  const issued = { scheme: terms.scheme, tiers: new Map(rows) };
  tables.set(terms, issued);
  return issued;
}
