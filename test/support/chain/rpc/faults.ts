/** What is wrong with one endpoint; the chain behind it is not touched. */
export interface Faults {
  /** Answers nothing and tells of no blocks; sockets stay open. */
  silent: boolean;
  /** Stops reading: nothing is taken off the sockets, not even a ping. */
  halfOpen: boolean;
  /** Every message goes out so much later. */
  slowMs: number;
  /** Another hash for block 0. */
  genesis: string | null;
  /** `finality`: finalised stops at the present one; `all`: no new block at all. */
  lag: "none" | "finality" | "all";
  /** Only so many of the latest blocks still have a state. */
  keepStates: number | null;
  /** Advertised and refused: JSON-RPC methods, or names of runtime calls. */
  refuse: readonly string[];
  /** Beginnings of the names of methods that are not even advertised; a node that prunes has no `archive_v1`. */
  missing: readonly string[];
  metagraph: "none" | "torn" | "empty" | "shrunk";
  /** Takes extrinsics and forgets them. */
  dropExtrinsics: boolean;
  /** Closes every socket as soon as a block with a signed extrinsic is there. */
  closeAfterInclusion: boolean;
  /** Says of every extrinsic that its nonce is used up. */
  nonceErrors: boolean;
  /** Refuses every request but the first so many of each second; null: takes all. */
  requestsPerSecond: number | null;
  /** Refuses connections. */
  refuseConnections: boolean;
}

export function noFaults(): Faults {
  return {
    ...{ silent: false, halfOpen: false, slowMs: 0, genesis: null, lag: "none", keepStates: null },
    ...{
      refuse: [],
      missing: ["archive_v1"],
      metagraph: "none",
      dropExtrinsics: false,
      closeAfterInclusion: false,
    },
    ...{ nonceErrors: false, requestsPerSecond: null, refuseConnections: false },
  };
}

type Columns = Readonly<Record<string, unknown>>;

function isColumns(value: unknown): value is Columns {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cut(value: unknown, count: number): unknown {
  return Array.isArray(value) ? value.slice(0, count) : value;
}

const perUid = new Set(
  ["hotkeys coldkeys identities axons active validator_permit pruning_score last_update emission dividends"]
    .concat(["incentives consensus trust rank block_at_registration alpha_stake tao_stake total_stake"])
    .flatMap((names) => names.split(" ")),
);

function cutColumns(columns: Columns, names: ReadonlySet<string>, count: number): Columns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [name, names.has(name) ? cut(value, count) : value]),
  );
}

/** What a damaged node tells of a subnet's neurons. */
export function distortMetagraph(kind: Faults["metagraph"], value: unknown): unknown {
  if (kind === "none") return value;
  if (Array.isArray(value)) return cut(value, kind === "empty" ? 0 : Math.floor(value.length / 3));
  if (!isColumns(value)) return value;
  const count = Array.isArray(value.hotkeys) ? value.hotkeys.length : 0;
  if (kind === "torn")
    return cutColumns(value, new Set(["validator_permit", "total_stake"]), Math.max(0, count - 1));
  const left = kind === "empty" ? 0 : Math.floor(count / 3);
  return { ...cutColumns(value, perUid, left), num_uids: left };
}
