import { type KeyObject, verify } from "node:crypto";
import { ed25519PublicKey } from "../core/ed25519.ts";
import { BoundedMap } from "../core/queue/boundedMap.ts";
import type { SignatureTask } from "../flow/pool.ts";
import { epistulaLimits } from "./limits.ts";
import { Sr25519Verifier } from "./sr25519.ts";

/** Verifies signatures of hotkeys and of sessions. Synchronous; one per worker. */
export class SignatureVerifier {
  readonly #sr25519 = new Sr25519Verifier();
  /** By the 32 bytes of the key. */
  readonly #keys = new BoundedMap<string, KeyObject>(epistulaLimits.sessionKeys.value);

  /** False for anything but a good signature. Throws only for what is never the miner's fault. */
  verify({ scheme, publicKey, message, signature }: SignatureTask): boolean {
    return scheme === "sr25519"
      ? this.#sr25519.verify(publicKey, message, signature)
      : verify(null, message, this.#keyOf(publicKey), signature);
  }

  #keyOf(publicKey: Uint8Array): KeyObject {
    const name = Buffer.from(publicKey).toString("latin1");
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = ed25519PublicKey(publicKey);
    this.#keys.set(name, key);
    return key;
  }
}
