import { compress, finish, hexOf, initialState } from "./sha256.ts";

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const TEXT_BYTES_MAX = 0xffff;

/** The state after the block of a key's pad. */
function paddedState(key: Uint8Array, pad: number): Int32Array {
  const block = new Uint8Array(BLOCK_BYTES).fill(pad);
  for (let i = 0; i < key.length; i++) block[i] = (key[i] as number) ^ pad;
  const state = initialState.slice();
  compress(state, block, 0);
  return state;
}

/** Texts, each after its length in 2 bytes. */
class PrefixedTexts {
  readonly #encoder = new TextEncoder();
  bytes = new Uint8Array(512);
  end = 0;

  add(text: string): void {
    // No UTF-16 unit takes more than 3 bytes.
    this.#makeRoom(2 + 3 * text.length);
    const { written } = this.#encoder.encodeInto(text, this.bytes.subarray(this.end + 2));
    if (written > TEXT_BYTES_MAX)
      throw new RangeError(`length prefix: ${written} bytes exceed ${TEXT_BYTES_MAX}`);
    this.bytes[this.end] = written >> 8;
    this.bytes[this.end + 1] = written & 255;
    this.end += 2 + written;
  }

  #makeRoom(bytes: number): void {
    if (this.end + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.end + bytes));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** Computes draws, HMAC-SHA256 over lane, hotkey and work id, with one key of at most 64 bytes: the pads are hashed once. */
export function drawnWith(key: Uint8Array): (lane: string, hotkey: string, workId: string) => string {
  if (key.length > BLOCK_BYTES)
    throw new RangeError(`the key has ${key.length} bytes, at most ${BLOCK_BYTES}`);
  const [inner, outer] = [paddedState(key, 0x36), paddedState(key, 0x5c)];
  const state = new Int32Array(8);
  const hashed = new Uint8Array(HASH_BYTES);
  const view = new DataView(hashed.buffer);
  const message = new PrefixedTexts();
  return (lane, hotkey, workId) => {
    message.end = 0;
    message.add(lane);
    message.add(hotkey);
    message.add(workId);
    state.set(inner);
    finish(state, message.bytes, 0, message.end, BLOCK_BYTES + message.end);
    for (let i = 0; i < 8; i++) view.setInt32(4 * i, state[i] as number);
    state.set(outer);
    finish(state, hashed, 0, HASH_BYTES, BLOCK_BYTES + HASH_BYTES);
    return hexOf(state, 2);
  };
}
