import { createRequire } from "node:module";
import { ristretto255 } from "@noble/curves/ed25519.js";
import { BoundedMap } from "../core/queue/boundedMap.ts";
import { epistulaLimits } from "./limits.ts";

/** 2.7 times as fast as wasm-crypto, but it panics on malformed input, and repeated panics break it. */
export interface FastEngine {
  sr25519_verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

const FAST_PACKAGE = "@polkadot-labs/schnorrkel-wasm";

/**
 * An instance of the fast engine with its own memory: the package has one instance per module, so the module is evaluated
 * again. The `require` is new each time too, since a `require` keeps a list of all modules that it loaded.
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
/** schnorrkel sets the top bit of the last byte, to distinguish its signatures from Ed25519's. */
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

/** Whether 32 bytes are the one encoding of a point of the group. */
function decodes(publicKey: Uint8Array): boolean {
  try {
    ristretto255.Point.fromBytes(publicKey);
    return true;
  } catch {
    return false;
  }
}

/**
 * Verifies sr25519 signatures under the context `substrate`, over the message as it is: no `<Bytes>` wrapping.
 * Input that could make the engine panic never reaches it: malformed signatures are refused here, and so are public keys that
 * do not decode, tested once per key. Should the engine throw all the same, that instance is discarded and a new one is
 * asked. Synchronous; one per worker.
 */
export class Sr25519Verifier {
  readonly #fresh: () => FastEngine;
  readonly #admitted = new BoundedMap<string, true>(epistulaLimits.admittedKeys.value);
  #engine: FastEngine;
  #replaced = 0;

  constructor(fresh: () => FastEngine = freshEngine) {
    this.#fresh = fresh;
    this.#engine = fresh();
  }

  /** Engines discarded because they threw. */
  get replaced(): number {
    return this.#replaced;
  }

  /** False for anything but a good signature. Throws only when two engines in a row threw: never the miner's fault. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== 32 || !isWellFormed(signature) || !this.#admit(publicKey)) return false;
    try {
      return this.#ask(publicKey, message, signature);
    } catch {
      return this.#ask(publicKey, message, signature);
    }
  }

  #ask(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    try {
      return this.#engine.sr25519_verify(publicKey, message, signature);
    } catch (error) {
      this.#engine = this.#fresh();
      this.#replaced++;
      throw error;
    }
  }

  #admit(publicKey: Uint8Array): boolean {
    const key = Buffer.from(publicKey).toString("latin1");
    if (this.#admitted.get(key) === true) return true;
    if (!decodes(publicKey)) return false;
    this.#admitted.set(key, true);
    return true;
  }
}
