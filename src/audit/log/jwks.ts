const base64url = /^[A-Za-z0-9_-]{43}$/;
/** A set of more keys is a mistake. */
const KEYS_MAX = 256;

/** The 32 bytes of each Ed25519 key of a JWKS, or of the one of a JWK, in base64url. Throws TypeError. */
export function keysInJwks(document: unknown): string[] {
  const { keys = [document] } = (document ?? {}) as { readonly keys?: unknown };
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > KEYS_MAX)
    throw new TypeError(`neither a JWK nor a JWKS of 1 to ${KEYS_MAX} keys`);
  return keys.map((jwk: unknown) => {
    const { kty, crv, x } = (jwk ?? {}) as Readonly<Record<string, unknown>>;
    if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string" || !base64url.test(x))
      throw new TypeError("a key is not an Ed25519 JWK");
    return x;
  });
}

export const isBareKey = (text: string): boolean => base64url.test(text);

/** What the id of a key (its RFC 7638 thumbprint) is the SHA-256 of. */
export const thumbprintText = (x: string): string => `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`;
