import type { Config } from "./schema.ts";

/** The reverse index of a larger allotment would stall a worker; sealed ids have no such bound. */
const INDEXED_ALLOTMENT_MAX = 1_000_000;

function tooLargeToIndex({ challenge, lanes }: Config): string | null {
  if (challenge.scheme !== "indexed" && !challenge.accept.includes("indexed")) return null;
  const large = Object.entries(lanes.sat.tiers).find(([, tier]) => tier.allotment > INDEXED_ALLOTMENT_MAX);
  return large === undefined
    ? null
    : `lanes.sat.tiers.${large[0]}.allotment: indexed ids take at most ${INDEXED_ALLOTMENT_MAX}; lower it, or leave indexed out of challenge.scheme and challenge.accept`;
}

function repeatedCircuit({ lanes }: Config): string | null {
  const ids = lanes.groth16.circuits.map(({ id }) => id);
  const repeated = ids.find((id, i) => ids.indexOf(id) !== i);
  return repeated === undefined ? null : `lanes.groth16.circuits: two circuits have the id ${repeated}`;
}

/** Relations between keys; each returns a fault or null. */
const relations: readonly ((config: Config) => string | null)[] = [
  (c) =>
    c.weigh.burn.share > 0 && c.weigh.burn.uid === null && c.weigh.burn.hotkey === null
      ? "weigh.burn.uid: a burn share needs the uid or the hotkey that receives it"
      : null,
  (c) => (Object.keys(c.lanes.sat.tiers).length > 0 ? null : "lanes.sat.tiers: at least one tier is needed"),
  tooLargeToIndex,
  repeatedCircuit,
];

/** Faults that no single key shows. */
export function relationFaults(config: Config): string[] {
  return relations.map((relation) => relation(config)).filter((fault) => fault !== null);
}
