import { sha256 } from "../../src/core/hash.ts";
import { encodeHotkey } from "../../src/core/ss58.ts";
import type { NeuronOptions } from "../../test/support/chain/options.ts";

const VALIDATORS = 16;

/** A full subnet: some validators with stake, the others miners with published addresses. `first` is the hotkey of uid 0. */
export function neurons(count: number, first: string = encodeHotkey(sha256("hotkey 0"))): NeuronOptions[] {
  return Array.from({ length: count }, (_, uid) => ({
    hotkey: uid === 0 ? first : encodeHotkey(sha256(`hotkey ${uid}`)),
    coldkey: encodeHotkey(sha256(`coldkey ${uid}`)),
    stake: uid < VALIDATORS ? 100_000 - uid : 1,
    permit: uid < VALIDATORS,
    axon: { ip: `203.0.${uid >> 8}.${uid & 255}`, port: 8091 },
  }));
}
