import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "node:test";
import { SignatureVerifier } from "../../../src/epistula/signatureVerifier.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";

const message = Buffer.from("a signed message");
const alice = await keypairOfUri("//Alice");
const { publicKey: sessionKey, privateKey } = generateKeyPairSync("ed25519");
const raw = Buffer.from(sessionKey.export({ format: "jwk" }).x ?? "", "base64url");

const signed = [
  { scheme: "sr25519", publicKey: alice.publicKey, signature: alice.sign(message) },
  { scheme: "ed25519", publicKey: raw, signature: sign(null, message, privateKey) },
] as const;

describe("SignatureVerifier", () => {
  const verifier = new SignatureVerifier();

  for (const { scheme, publicKey, signature } of signed)
    it(`${scheme}: a good signature, and none that differs in message, key, bytes, length or scheme`, () => {
      const good = { scheme, publicKey, message, signature };
      const flipped = Buffer.from(signature);
      flipped[5] = (flipped[5] ?? 0) ^ 1;
      const others = signed.map((other) => other.publicKey).filter((other) => other !== publicKey);
      // Twice: the second time the key is known.
      for (let time = 0; time < 2; time++) {
        assert.equal(verifier.verify(good), true);
        assert.equal(verifier.verify({ ...good, message: Buffer.from("another message") }), false);
        assert.equal(verifier.verify({ ...good, signature: flipped }), false);
        assert.equal(verifier.verify({ ...good, signature: signature.subarray(1) }), false);
        assert.equal(
          verifier.verify({ ...good, scheme: scheme === "sr25519" ? "ed25519" : "sr25519" }),
          false,
        );
        for (const other of others) assert.equal(verifier.verify({ ...good, publicKey: other }), false);
      }
    });
});
