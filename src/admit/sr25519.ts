import { createRequire } from "node:module";
import { sr25519Verify, waitReady } from "@polkadot/wasm-crypto";
import { BoundedMap } from "../core/boundedMap.ts";
import { limits } from "./limits.ts";

/** The fast engine: 2.7 times wasm-crypto, but it panics on malformed input, and enough panics poison it. */
export interface FastEngine {
  sr25519_verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

const FAST_PACKAGE = "@polkadot-labs/schnorrkel-wasm";

/**
 * An instance of the fast engine with memory of its own: the package is one instance a module, so its module is
 * evaluated anew. The `require` is made anew too, since one keeps a list of all that it ever loaded.
 */
export function freshEngine(): FastEngine {
  const require = createRequire(import.meta.url);
  const path = require.resolve(FAST_PACKAGE);
  delete require.cache[path];
  const engine: FastEngine = require(FAST_PACKAGE);
  delete require.cache[path];
  return engine;
}

/** The order of the group, 2^252 + 27742317777372353535851937790883648493, little-endian. */
const ORDER = Buffer.from("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", "hex");
/** schnorrkel sets the top bit of the last byte, to tell its signatures from Ed25519's. */
const MARKER = 0x80;

/** Whether 64 bytes carry the marker and a scalar s below the order. */
export function isWellFormed(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const last = signature[63] ?? 0;
  if ((last & MARKER) === 0) return false;
  for (let index = 31; index >= 0; index--) {
    const digit = index === 31 ? last & ~MARKER : (signature[32 + index] ?? 0);
    const bound = ORDER[index] ?? 0;
    if (digit !== bound) return digit < bound;
  }
  return false;
}

/**
 * Verifies sr25519 signatures under the context `substrate`, over the message as it is: no `<Bytes>` wrapping.
 * What could make the fast engine panic never reaches it: a malformed signature is refused here, and a public key
 * is admitted once wasm-crypto, which is total, has found a signature of it good; so it decodes. Should the engine
 * throw all the same, that instance is discarded and wasm-crypto answers. Synchronous; one for each worker.
 */
export class Sr25519Verifier {
  readonly #fresh: () => FastEngine;
  readonly #admitted = new BoundedMap<string, true>(limits.admittedKeys.value);
  #engine: FastEngine;
  #replaced = 0;

  private constructor(fresh: () => FastEngine) {
    this.#fresh = fresh;
    this.#engine = fresh();
  }

  static async create(fresh: () => FastEngine = freshEngine): Promise<Sr25519Verifier> {
    await waitReady();
    return new Sr25519Verifier(fresh);
  }

  /** Engines discarded because they threw. */
  get replaced(): number {
    return this.#replaced;
  }

  /** False for whatever is not a good signature, of any shape; never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== 32 || !isWellFormed(signature)) return false;
    const key = Buffer.from(publicKey).toString("latin1");
    if (this.#admitted.get(key) !== true) return this.#introduce(key, publicKey, message, signature);
    try {
      return this.#engine.sr25519_verify(publicKey, message, signature);
    } catch {
      this.#engine = this.#fresh();
      this.#replaced++;
      return sr25519Verify(signature, message, publicKey);
    }
  }

  #introduce(key: string, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const good = sr25519Verify(signature, message, publicKey);
    if (good) this.#admitted.set(key, true);
    return good;
  }
}
