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
  /** When it was made, Unix ms; absent in a key from before the first rotation. */
  assay_from?: number;
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

/** A published key with the times between which it signed, Unix ms; `assay_until` is absent while it does. */
export interface DatedJwk extends PublicJwk {
  assay_from?: number;
  assay_until?: number;
}

/** The RFC 7638 thumbprint, base64url: the `key_id` of everything that the key signs. */
export function thumbprint(x: string): string {
  return sha256(canonical({ crv: "Ed25519", kty: "OKP", x })).toString("base64url");
}

/** Signs documents with one key. */
export interface Signer {
  readonly kid: string;
  readonly jwk: DatedJwk;
  /** Ed25519 over the RFC 8785 canonical JSON of the document, base64url. */
  signDocument(document: object): string;
}

export function publicJwk(x: string): PublicJwk {
  return { kty: "OKP", crv: "Ed25519", x, kid: thumbprint(x), use: "sig", alg: "EdDSA" };
}

/** The kind of key that a document says it is. */
function kindOf({ kty, crv }: { readonly kty?: unknown; readonly crv?: unknown }): string {
  return [kty, crv].filter((word) => typeof word === "string").join(" ") || "unknown";
}

/** Throws TypeError for what is not an Ed25519 key with both its halves. */
export function makeSigner(jwk: PrivateJwk): Signer {
  if (typeof jwk !== "object" || jwk === null) throw new TypeError("it is not a JSON object");
  if (jwk.kty !== "OKP" || jwk.crv !== "Ed25519")
    throw new TypeError(
      `it is a key of kind ${kindOf(jwk)}, and a publishing key must be Ed25519 (OKP Ed25519)`,
    );
  const { kty, crv, x, d, assay_from } = jwk;
  const key = createPrivateKey({ key: { kty, crv, x, d }, format: "jwk" });
  if (createPublicKey(key).export({ format: "jwk" }).x !== x)
    throw new TypeError("Ed25519 key: public member x does not belong to private member d");
  if (assay_from !== undefined && !(Number.isSafeInteger(assay_from) && assay_from >= 0))
    throw new TypeError("its member assay_from is not a time in Unix milliseconds");
  const published = assay_from === undefined ? publicJwk(x) : { ...publicJwk(x), assay_from };
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
