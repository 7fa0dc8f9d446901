import { randomUUID } from "node:crypto";
import { sr25519KeypairFromSeed, sr25519Sign, waitReady } from "@polkadot/wasm-crypto";
import { sha256, sha256Hex } from "../../../src/core/hash.ts";
import type { Hotkey } from "../../../src/core/ids.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";

await waitReady();

/** A miner's sr25519 key. */
export interface Signing {
  readonly hotkey: Hotkey;
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** The same name is the same key, in every run. */
export function signingOf(name: string): Signing {
  const pair = sr25519KeypairFromSeed(sha256(`test key ${name}`));
  const secret = pair.slice(0, 64);
  const publicKey = pair.slice(64);
  return {
    hotkey: encodeHotkey(publicKey),
    publicKey,
    sign: (message) => sr25519Sign(publicKey, secret, message),
  };
}

export interface Epistula {
  readonly hotkey: string;
  readonly body: Uint8Array;
  readonly signedFor: string;
  readonly timestamp: string;
  readonly uuid?: string;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** The headers of a signed request, with the names as node:http gives them. */
export function epistulaHeaders(request: Epistula): Record<string, string> {
  const uuid = request.uuid ?? randomUUID();
  const message = `${sha256Hex(request.body)}.${uuid}.${request.timestamp}.${request.signedFor}`;
  return {
    "epistula-version": "2",
    "epistula-timestamp": request.timestamp,
    "epistula-uuid": uuid,
    "epistula-signed-by": request.hotkey,
    "epistula-signed-for": request.signedFor,
    "epistula-request-signature": `0x${Buffer.from(request.sign(Buffer.from(message))).toString("hex")}`,
  };
}
