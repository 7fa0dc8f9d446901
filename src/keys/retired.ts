import { existsSync } from "node:fs";
import { type DatedJwk, publicJwk } from "../core/ed25519.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { readText } from "./readText.ts";

/** The most keys that a validator publishes, with the current one; auditors read no larger set. */
export const KEYS_MAX = 256;

const base64url = /^[A-Za-z0-9_-]{43}$/;
const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** The key of one entry; its id is computed, whatever the file says. Throws TypeError. */
function keyOf(entry: unknown): DatedJwk {
  const { x, assay_from, assay_until } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof x !== "string" || !base64url.test(x)) throw new TypeError("a key has no public member x");
  if (!isTime(assay_until)) throw new TypeError("a key has no time assay_until at which it was retired");
  if (assay_from === undefined) return { ...publicJwk(x), assay_until };
  if (!isTime(assay_from)) throw new TypeError("assay_from of a key is not a time in Unix milliseconds");
  return { ...publicJwk(x), assay_from, assay_until };
}

function parse(text: string): DatedJwk[] {
  const { keys } = (JSON.parse(text) ?? {}) as { readonly keys?: unknown };
  if (!Array.isArray(keys) || keys.length >= KEYS_MAX)
    throw new TypeError(`it is not a JWKS of fewer than ${KEYS_MAX} keys`);
  return keys.map(keyOf);
}

/** The publishing keys that were retired, the last one first; none where the file does not exist. Throws `key_malformed`. */
export function readRetired(file: string): DatedJwk[] {
  if (!existsSync(file)) return [];
  const text = readText(file);
  try {
    return parse(text);
  } catch (error) {
    throw new AssayError(
      {
        ...{ code: "key_malformed", file, cause_text: causeText(error) },
        remedy: "Restore the file; without it what the retired keys signed cannot be verified",
      },
      { cause: error },
    );
  }
}

/** Throws `key_retired` when the key of a file is on the list. */
export function refuseRetired(file: string, keyId: string, list: string): void {
  if (readRetired(list).some(({ kid }) => kid === keyId))
    throw new AssayError({ code: "key_retired", file, key_id: keyId, list });
}
