import { deriveKey, sha256Hex } from "../core/hash.ts";
import type { Store } from "../flow/store.ts";

/** The masters in force: the previous one recognises ids of epochs up to the one in which the secret changed. */
export interface Masters {
  readonly current: Uint8Array;
  readonly previous: { readonly secret: Uint8Array; readonly lastEpoch: number } | null;
}

const NOTE = "challenge_secret";

interface SecretNote {
  readonly fingerprint: string;
  readonly rotatedEpoch: number | null;
}

/** Distinguishes masters without revealing them. */
function fingerprint(master: Uint8Array): string {
  return sha256Hex(deriveKey(master, "assay/v1/fingerprint").export());
}

/** Notices a changed secret and remembers the epoch of the change across restarts. */
export async function resolveMasters(
  current: Uint8Array,
  previous: Uint8Array | null,
  epoch: number,
  store: Pick<Store, "note" | "setNote">,
): Promise<Masters> {
  const text = await store.note(NOTE);
  const known = text === null ? null : (JSON.parse(text) as SecretNote);
  const print = fingerprint(current);
  const changed = known !== null && known.fingerprint !== print;
  let rotatedEpoch = changed ? epoch : (known?.rotatedEpoch ?? null);
  // A change that was not seen is dated to now, once, and not again at every restart.
  if (previous !== null) rotatedEpoch ??= epoch;
  if (known?.fingerprint !== print || known.rotatedEpoch !== rotatedEpoch)
    await store.setNote(NOTE, JSON.stringify({ fingerprint: print, rotatedEpoch } satisfies SecretNote));
  if (previous === null) return { current, previous: null };
  return { current, previous: { secret: previous, lastEpoch: rotatedEpoch ?? epoch } };
}
