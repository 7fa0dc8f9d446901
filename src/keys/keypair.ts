import { bip39ToMiniSecret, sr25519KeypairFromSeed, sr25519Sign, waitReady } from "@polkadot/wasm-crypto";
import type { Hotkey } from "../core/ids.ts";
import { encodeHotkey } from "../core/ss58.ts";

/** An sr25519 key pair that signs. */
export interface Keypair {
  readonly hotkey: Hotkey;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes: R and s with the schnorrkel marker bit. */
  sign(message: Uint8Array): Uint8Array;
}

/** Wraps the 96 bytes of the library: 64 secret in its ed25519-style form, 32 public. */
export function keypairOf(pair: Uint8Array): Keypair {
  const publicKey = pair.slice(64);
  const secret = pair.slice(0, 64);
  return {
    hotkey: encodeHotkey(publicKey),
    publicKey,
    sign: (message) => sr25519Sign(publicKey, secret, message),
  };
}

/** Resolves once the cryptography is loaded; every maker of key pairs awaits it. */
export async function cryptoReady(): Promise<void> {
  await waitReady();
}

/** The pair of a 32-byte mini secret. */
export function pairOfSeed(seed: Uint8Array): Uint8Array {
  return sr25519KeypairFromSeed(seed);
}

/** The pair of a mnemonic phrase, substrate's way: mini secret from the entropy, no password. */
export function pairOfPhrase(phrase: string): Uint8Array {
  return pairOfSeed(bip39ToMiniSecret(phrase, ""));
}
