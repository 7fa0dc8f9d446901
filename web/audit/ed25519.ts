/** Checks the Ed25519 signatures of one key. */
export type Verify = (
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
) => Promise<boolean>;

/** The part of WebCrypto that is used. */
export type Subtle = Pick<typeof crypto.subtle, "importKey" | "verify">;

/** What the browser offers; undefined where the page came over plain http from another machine. */
export const browserSubtle = (): Subtle | undefined => globalThis.crypto?.subtle;

/** Why signatures cannot be checked here; null where they can. */
export async function whyUnverifiable(subtle: Subtle | undefined): Promise<string | null> {
  if (subtle === undefined)
    return "a browser checks signatures only in a secure context: open this page by https, or on localhost";
  try {
    await subtle.importKey("raw", basePoint, { name: "Ed25519" }, false, ["verify"]);
    return null;
  } catch {
    return "this browser has no Ed25519 signatures; a newer one has";
  }
}

/** A key that every implementation takes. */
const basePoint = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : 0x66));

/** The check of signatures of a public key of 32 bytes. One that is no point of the curve has signed nothing. */
export async function verifierOf(subtle: Subtle, raw: Uint8Array<ArrayBuffer>): Promise<Verify> {
  try {
    const key = await subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return (signature, message) => subtle.verify("Ed25519", key, signature, message);
  } catch {
    return async () => false;
  }
}
