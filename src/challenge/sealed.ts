import { timingSafeEqual } from "node:crypto";
import { readU64 } from "../core/bytes.ts";
import { deriveKey } from "../core/hash.ts";
import { KeyedHash } from "../core/keyedHash.ts";
import { BoundedMap } from "../core/queue/boundedMap.ts";
import { formatChallengeId } from "./id.ts";
import type { IdScheme } from "./scheme.ts";

/** Two epochs are accepted at a time; the others serve audits of older ids. */
const EPOCHS_KEPT = 8;
const TAG_BYTES = 8;

/** The keys of one epoch, with buffers that are reused by every call. */
class EpochIds {
  readonly #tagKey: KeyedHash;
  readonly #maskKey: KeyedHash;
  readonly #seedKey: KeyedHash;
  readonly #token = Buffer.alloc(TAG_BYTES + 4);
  readonly #digest = Buffer.alloc(32);
  readonly #tokenTag = this.#token.subarray(0, TAG_BYTES);
  readonly #digestTag = this.#digest.subarray(0, TAG_BYTES);

  constructor(master: Uint8Array, epoch: number) {
    this.#tagKey = new KeyedHash(deriveKey(master, `assay/v1/id/tag/${epoch}`));
    this.#maskKey = new KeyedHash(deriveKey(master, `assay/v1/id/mask/${epoch}`));
    this.#seedKey = new KeyedHash(deriveKey(master, `assay/v1/seed/${epoch}`));
  }

  /** The 12 bytes `tag | (seq XOR mask)`, 24 hex digits. */
  seal(hotkey: string, tier: number, seq: number): string {
    this.#hashTag(hotkey, tier, seq);
    this.#digestTag.copy(this.#token);
    this.#token.writeUInt32BE((seq ^ this.#mask(hotkey, tier)) >>> 0, TAG_BYTES);
    return this.#token.toString("hex");
  }

  /** The seq of a token issued to this hotkey and tier, else null; always two keyed hashes. */
  unseal(token: string, hotkey: string, tier: number, allotment: number): number | null {
    this.#token.write(token, "hex");
    const seq = (this.#token.readUInt32BE(TAG_BYTES) ^ this.#mask(hotkey, tier)) >>> 0;
    this.#hashTag(hotkey, tier, seq);
    const genuine = timingSafeEqual(this.#digestTag, this.#tokenTag);
    return genuine && seq < allotment ? seq : null;
  }

  seed(hotkey: string, tier: number, seq: number): bigint {
    this.#seedKey.begin().text(hotkey).u32(tier).u32(seq).into(this.#digest);
    return BigInt.asUintN(63, readU64(this.#digest));
  }

  /** Writes the tag of a hotkey, tier and seq into `#digestTag`. */
  #hashTag(hotkey: string, tier: number, seq: number): void {
    this.#tagKey.begin().text(hotkey).u32(tier).u32(seq).into(this.#digest);
  }

  /** The mask that belongs to the tag in the token. */
  #mask(hotkey: string, tier: number): number {
    this.#maskKey.begin().text(hotkey).u32(tier).bytes(this.#token, TAG_BYTES).into(this.#digest);
    return this.#digest.readUInt32BE(0);
  }
}

/** Ids that contain their seq, encrypted and authenticated: recovery takes two keyed hashes and no state per miner. */
export function makeSealed(master: Uint8Array): IdScheme {
  const epochs = new BoundedMap<number, EpochIds>(EPOCHS_KEPT);

  function idsOf(epoch: number): EpochIds {
    const known = epochs.get(epoch);
    if (known !== undefined) return known;
    const ids = new EpochIds(master, epoch);
    epochs.set(epoch, ids);
    return ids;
  }

  const scheme: IdScheme = {
    name: "sealed",
    issue: (hotkey, epoch, tier, seq) => ({
      challengeId: scheme.id(hotkey, epoch, tier, seq),
      seed: scheme.seed(hotkey, epoch, tier, seq),
    }),
    id: (hotkey, epoch, tier, seq) => formatChallengeId(tier, epoch, idsOf(epoch).seal(hotkey, tier, seq)),
    seed: (hotkey, epoch, tier, seq) => idsOf(epoch).seed(hotkey, tier, seq),
    recover: ({ epoch, token, tier }, hotkey, allotment) =>
      idsOf(epoch).unseal(token, hotkey, tier, allotment),
  };
  return scheme;
}
