import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { canonical } from "./canonical.ts";
import { sha256 } from "./hash.ts";

/** An Ed25519 private key as JWK (RFC 8037). */
export interface PrivateJwk {
  kty: "OKP";
  crv: "Ed25519";
  x: string;
  d: string;
}

/** A public key as an entry of a JWKS. */
export interface PublicJwk {
  kty: "OKP";
  crv: "Ed25519";
  x: string;
  kid: string;
  use: "sig";
  alg: "EdDSA";
}

/** The RFC 7638 thumbprint, base64url: the `key_id` of everything that the key signs. */
export function thumbprint(x: string): string {
  return sha256(canonical({ crv: "Ed25519", kty: "OKP", x })).toString("base64url");
}

/** Signs documents with one key. */
export interface Signer {
  readonly kid: string;
  readonly jwk: PublicJwk;
  /** Ed25519 over the RFC 8785 canonical JSON of the document, base64url. */
  signDocument(document: object): string;
}

export function publicJwk(x: string): PublicJwk {
  return { kty: "OKP", crv: "Ed25519", x, kid: thumbprint(x), use: "sig", alg: "EdDSA" };
}

export function makeSigner(jwk: PrivateJwk): Signer {
  const key = createPrivateKey({ key: { ...jwk }, format: "jwk" });
  const { x } = createPublicKey(key).export({ format: "jwk" });
  if (x !== jwk.x) throw new TypeError("Ed25519 key: public member x does not belong to private member d");
  const published = publicJwk(jwk.x);
  return {
    kid: published.kid,
    jwk: published,
    signDocument: (document) => sign(null, Buffer.from(canonical(document)), key).toString("base64url"),
  };
}

/** A new key as a private JWK. */
export function generatePrivateJwk(): PrivateJwk {
  const { x, d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return { kty: "OKP", crv: "Ed25519", x: x as string, d: d as string };
}

/** The public key object of 32 raw bytes; throws when Node refuses them. */
export function ed25519PublicKey(raw: Uint8Array): KeyObject {
  return createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(raw).toString("base64url") },
    format: "jwk",
  });
}

/** True when `document.signature` is the key's signature over the document without that member. */
export function verifyDocument(document: { signature: string }, key: KeyObject): boolean {
  const { signature, ...unsigned } = document;
  return verify(null, Buffer.from(canonical(unsigned)), key, Buffer.from(signature, "base64url"));
}
