import type { Config } from "./schema.ts";
import { subnetOf } from "./subnet.ts";

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

/** Keys that say the same: where both are given they must not differ. */
function otherSubnet(config: Config, given: Given): string | null {
  if (config.chain.kind === "local") return null;
  const { network, netuid } = subnetOf(config);
  if (given.netuid !== undefined && config.netuid !== netuid)
    return `netuid: it is ${config.netuid}, and chain.netuid is ${netuid}; remove netuid, or make both the same`;
  if (given.network !== undefined && config.network !== network)
    return `network: it is ${config.network}, and chain.genesis is that of ${network}; remove network, or make both the same`;
  return null;
}

function twoHotkeys({ chain }: Config, { keys }: Given): string | null {
  const isGiven = typeof keys === "object" && keys !== null && "hotkey" in keys;
  return chain.kind === "subtensor" && chain.wallet !== null && isGiven
    ? "keys.hotkey: chain.wallet names the hotkey already; remove one of them"
    : null;
}

/** What was given, before defaults. */
type Given = Readonly<Record<string, unknown>>;

function storeUrls({ store: { kind, url, replica_url } }: Config): string | null {
  if (kind === "postgres") return url === null ? "store.url: a store of kind postgres needs it" : null;
  return url === null && replica_url === null
    ? null
    : "store.kind: store.url and store.replica_url belong to a store of kind postgres";
}

/** Relations between keys; each returns a fault or null. */
const relations: readonly ((config: Config, given: Given) => string | null)[] = [
  otherSubnet,
  twoHotkeys,
  (c) =>
    c.weigh.burn.share > 0 && c.weigh.burn.uid === null && c.weigh.burn.hotkey === null
      ? "weigh.burn.uid: a burn share needs the uid or the hotkey that receives it"
      : null,
  (c) =>
    c.weigh.burn.hotkey === "owner" && (c.chain.kind as string) !== "subtensor"
      ? "weigh.burn.hotkey: owner needs a chain that knows the subnet's owner: chain.kind subtensor"
      : null,
  (c) => (Object.keys(c.lanes.sat.tiers).length > 0 ? null : "lanes.sat.tiers: at least one tier is needed"),
  tooLargeToIndex,
  repeatedCircuit,
  storeUrls,
];

/** Faults that no single key shows. */
export function relationFaults(config: Config, given: Given): string[] {
  return relations.map((relation) => relation(config, given)).filter((fault) => fault !== null);
}
