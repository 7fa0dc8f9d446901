import { AssayError } from "../../../core/problems/assayError.ts";
import { NONCE_BYTES, TAG_BYTES } from "./body.ts";
import type { WrappedKey } from "./ibe.ts";
import { G2_BYTES, readG2 } from "./points.ts";

/** A timelocked ciphertext, taken apart. */
export interface Container extends WrappedKey {
  /** AES ciphertext and tag. */
  readonly body: Uint8Array;
  readonly nonce: Uint8Array;
}

/** The most that the chain takes of a commit. */
export const CIPHERTEXT_MAX_BYTES = 5000;
/** What a ciphertext has beside its payload. */
export const OVERHEAD_BYTES = 244;

const HASH_BYTES = 32;
const SUITE = Buffer.from("AES_GCM_", "latin1");

/** A byte vector of arkworks: its length as u64, little-endian, and the bytes. */
function vector(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
}

export function writeContainer({ u, v, w, body, nonce }: Container): Uint8Array {
  const sealed = Buffer.concat([vector(body), vector(nonce)]);
  return Uint8Array.from(
    Buffer.concat([u.toBytes(true), vector(v), vector(w), vector(sealed), vector(SUITE)]),
  );
}

/** Throws `timelock_unreadable`. */
export function unreadable(cause_text: string): never {
  throw new AssayError({ code: "timelock_unreadable", cause_text });
}

/** Reads vectors one after the other; nothing may be left over. */
class VectorReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  take(name: string, length: number): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (length > left) unreadable(`it ends within ${name}: ${length - left} bytes are missing`);
    this.#at += length;
    return Uint8Array.from(this.#bytes.subarray(this.#at - length, this.#at));
  }

  /** A vector, of the wanted length when there is one. */
  vector(name: string, wanted?: number): Uint8Array {
    const length = Buffer.from(this.take(`the length of ${name}`, 8)).readBigUInt64LE();
    if (wanted !== undefined && length !== BigInt(wanted))
      unreadable(`${name} has ${length} bytes instead of ${wanted}`);
    if (length > BigInt(CIPHERTEXT_MAX_BYTES)) unreadable(`${name} says that it has ${length} bytes`);
    return this.take(name, Number(length));
  }

  end(name: string): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) unreadable(`${left} bytes follow ${name}`);
  }
}

/** Takes a ciphertext apart; throws `timelock_unreadable` for whatever is not exactly one, also where the chain would read on. */
export function readContainer(ciphertext: Uint8Array): Container {
  if (ciphertext.length > CIPHERTEXT_MAX_BYTES)
    unreadable(`it has ${ciphertext.length} bytes, and a commit has at most ${CIPHERTEXT_MAX_BYTES}`);
  const reader = new VectorReader(ciphertext);
  const u = readG2(reader.take("the point u", G2_BYTES)) ?? unreadable("u is not a point of the group G2");
  const v = reader.vector("v", HASH_BYTES);
  const w = reader.vector("w", HASH_BYTES);
  const sealed = new VectorReader(reader.vector("the body"));
  const suite = reader.vector("the cipher suite", SUITE.length);
  if (!SUITE.equals(suite)) unreadable("its cipher suite is not AES_GCM_");
  reader.end("the cipher suite");
  const body = sealed.vector("the encrypted payload");
  if (body.length < TAG_BYTES) unreadable("the encrypted payload is shorter than its tag");
  const nonce = sealed.vector("the nonce", NONCE_BYTES);
  sealed.end("the nonce");
  return { u, v, w, body, nonce };
}
