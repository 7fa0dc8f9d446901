import { createPrivateKey } from "node:crypto";
import { makeSigner, type PrivateJwk, type Signer } from "../../src/core/ed25519.ts";

/** The bytes before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The signer whose private key is these 32 bytes. */
export function signerOf(seed: Uint8Array): Signer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  return makeSigner(key.export({ format: "jwk" }) as PrivateJwk);
}
