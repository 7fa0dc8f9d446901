import { openBody } from "./body.ts";
import { readContainer, unreadable } from "./container.ts";
import { unwrapKey } from "./ibe.ts";
import { readG1 } from "./points.ts";

/** The payload of a ciphertext, opened with the beacon's signature of its round (48 bytes); throws `timelock_unreadable`. */
export function decrypt(ciphertext: Uint8Array, signature: Uint8Array): Uint8Array {
  const container = readContainer(ciphertext);
  const point = readG1(signature) ?? unreadable("the signature is not a point of the group G1 in 48 bytes");
  const key =
    unwrapKey(container, point) ??
    unreadable("the signature does not open its key: it is of another round, or u, v or w was changed");
  return (
    openBody(container.body, key, container.nonce) ??
    unreadable("its key opens, but the encrypted payload or the nonce was changed")
  );
}
