import { existsSync } from "node:fs";
import type { Config } from "../config/schema.ts";
import { subnetOf } from "../config/subnet.ts";
import { genesisHash } from "../core/genesis.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { IdentityChange } from "../core/problems/problem.ts";
import type { Store } from "../flow/store.ts";
import { isDevelopmentUri } from "../keys/developmentUri.ts";
import { type Paths, pathsOf } from "./paths.ts";
import type { StartOptions } from "./startOptions.ts";
import { type StoreSource, storeSource } from "./storeSource.ts";

/** What a start is: the store is one validator's, on one network, on one chain. */
export interface Present {
  readonly file: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly keyId: string;
  /** Ids of the keys that `assay keys rotate` replaced. */
  readonly retiredIds: readonly string[];
  /** Null while it is unknown. */
  readonly height: number | null;
  /** Blocks that the height may fall between two starts: a clock that was corrected by a minute. */
  readonly tolerance: number;
}

/** What the store remembers of it. */
interface Pinned {
  readonly facts: Readonly<Record<string, string>>;
  /** Publishing keys that it was started with. */
  readonly keyIds: readonly string[];
  readonly adopted: readonly { readonly at: string; readonly changes: readonly IdentityChange[] }[];
}

type Notes = Pick<Store, "note" | "setNote">;

const IDENTITY = "identity";
const HEIGHT = "identity_height";
const TOLERANCE_MS = 60_000;
/** Adoptions kept on record, newest last. */
const ADOPTIONS_KEPT = 100;
/** Publishing keys kept on record, newest last. */
const KEYS_KEPT = 100;

/** What makes the chain another one; how it is reached may change freely. */
function chainFacts({ chain }: Config): Record<string, string> {
  const { kind } = chain;
  if (kind === "subtensor")
    return {
      "chain.kind": kind,
      "chain.genesis": genesisHash(chain.genesis) ?? chain.genesis,
      "chain.mechanism": String(chain.mechanism),
    };
  return {
    "chain.kind": kind,
    "chain.genesis_ms": String(chain.genesis_ms),
    "chain.block_ms": String(chain.block_ms),
    "chain.tempo": String(chain.tempo),
  };
}

/** What a configuration and its keys amount to. */
export function presentIdentity(
  { config, dataDir, demo }: Pick<StartOptions, "config" | "dataDir" | "demo">,
  known: Pick<Present, "keyId" | "retiredIds" | "height"> & { readonly hotkey: string },
): Present {
  const { network, netuid } = subnetOf(config);
  return {
    file: storeSource(config, pathsOf(config, dataDir)).shown,
    facts: {
      hotkey: known.hotkey,
      network,
      netuid: String(netuid),
      ...chainFacts(config),
      demo: demo ? "yes" : "no",
    },
    keyId: known.keyId,
    retiredIds: known.retiredIds,
    height: known.height,
    tolerance: Math.ceil(TOLERANCE_MS / config.chain.block_ms),
  };
}

/**
 * A key file that is missing where a store exists is not made: the store belongs to the one that is gone. A store that cannot
 * be opened is the first thing to know.
 */
export async function requireKeys(
  paths: Paths,
  source: Pick<StoreSource, "shown" | "exists">,
  open: () => Promise<Store>,
): Promise<void> {
  for (const kind of ["hotkey", "publishing"] as const) {
    const file = paths[kind];
    if (isDevelopmentUri(file) || existsSync(file) || !(await source.exists())) continue;
    await (await open()).close();
    throw new AssayError({ code: "key_missing", file, store: source.shown, kind });
  }
}

/** Whether the store knows the publishing key: it was started with it or took it over, or the key followed such a one by rotation. */
function knowsKey({ keyIds }: Pinned, { keyId, retiredIds }: Present): boolean {
  return keyIds.includes(keyId) || keyIds.some((id) => retiredIds.includes(id));
}

/** Every difference between what the store remembers and this start; the one rule of both `up` and `adopt`. */
function changesOf(pinned: Pinned, height: number | null, present: Present): IdentityChange[] {
  const changes: IdentityChange[] = [];
  for (const [what, now] of Object.entries(present.facts)) {
    const before = pinned.facts[what];
    if (before !== undefined && before !== now) changes.push({ what, pinned: before, present: now });
  }
  if (!knowsKey(pinned, present))
    changes.push({ what: "publishing key", pinned: pinned.keyIds.join(", "), present: present.keyId });
  if (height !== null && present.height !== null && present.height < height - present.tolerance)
    changes.push({ what: "height", pinned: `block ${height}`, present: `block ${present.height}` });
  return changes;
}

function parsePinned(text: string, file: string): Pinned {
  try {
    const { facts, keyIds, adopted } = JSON.parse(text) as Pinned;
    if (typeof facts === "object" && Array.isArray(keyIds) && Array.isArray(adopted))
      return { facts, keyIds, adopted };
  } catch {
    // Refused below, like all other content.
  }
  throw new AssayError({
    code: "store_corrupt",
    file,
    cause_text: "what the store belongs to cannot be read",
  });
}

async function readPinned(
  store: Pick<Store, "note">,
  file: string,
): Promise<{ pinned: Pinned | null; height: number | null }> {
  const [text, height] = [await store.note(IDENTITY), await store.note(HEIGHT)];
  return {
    pinned: text === null ? null : parsePinned(text, file),
    height: height === null ? null : Number(height),
  };
}

async function pin(
  store: Notes,
  present: Present,
  { keyIds, adopted }: Omit<Pinned, "facts">,
): Promise<void> {
  const pinned: Pinned = { facts: present.facts, keyIds, adopted };
  await store.setNote(IDENTITY, JSON.stringify(pinned));
  await recordHeight(store, present.height);
}

/** A height of another chain says nothing of this one. */
async function forgetHeight(
  store: Pick<Store, "setNote">,
  changes: readonly IdentityChange[],
): Promise<void> {
  if (changes.some(({ what }) => what.startsWith("chain."))) await store.setNote(HEIGHT, "0");
}

/** Throws `identity_changed`; a store that remembers nothing yet is pinned. */
export async function checkIdentity(store: Notes, present: Present): Promise<void> {
  const { pinned, height } = await readPinned(store, present.file);
  if (pinned === null) return pin(store, present, { keyIds: [present.keyId], adopted: [] });
  const changes = changesOf(pinned, height, present);
  if (changes.length > 0) throw new AssayError({ code: "identity_changed", file: present.file, changes });
  const { keyIds, adopted } = pinned;
  if (!keyIds.includes(present.keyId))
    await pin(store, present, { keyIds: [...keyIds, present.keyId].slice(-KEYS_KEPT), adopted });
}

/** What a start would be refused for; nothing for a store that remembers nothing yet. */
export async function identityChanges(
  store: Pick<Store, "note">,
  present: Present,
): Promise<readonly IdentityChange[]> {
  const { pinned, height } = await readPinned(store, present.file);
  return pinned === null ? [] : changesOf(pinned, height, present);
}

/** What a start would be refused for. With `at` the store is told to belong to this start from now on, and records that. */
export async function adoptIdentity(
  store: Notes,
  present: Present,
  at: string | null,
): Promise<readonly IdentityChange[]> {
  const { pinned, height } = await readPinned(store, present.file);
  if (pinned === null) return [];
  const changes = changesOf(pinned, height, present);
  if (at === null || changes.length === 0) return changes;
  await forgetHeight(store, changes);
  await pin(store, present, {
    keyIds: [...new Set([...pinned.keyIds, present.keyId])],
    adopted: [...pinned.adopted, { at, changes }].slice(-ADOPTIONS_KEPT),
  });
  return changes;
}

/** Remembers how high the chain was. */
export async function recordHeight(store: Pick<Store, "setNote">, height: number | null): Promise<void> {
  if (height !== null) await store.setNote(HEIGHT, String(height));
}
