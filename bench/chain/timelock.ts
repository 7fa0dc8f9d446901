import { encodePayload } from "../../src/chain/subtensor/codec/payload.ts";
import { decrypt } from "../../src/chain/subtensor/timelock/decrypt.ts";
import { encrypt } from "../../src/chain/subtensor/timelock/encrypt.ts";
import { systemRandom } from "../../src/core/random.ts";
import { median } from "../report.ts";

const WARM_UPS = 10;
const REPEATS = 31;
const UIDS = 256;
/** A round whose signature is public knowledge. */
const ROUND = 1000;
const SIGNATURE =
  "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

export interface TimelockTimes {
  /** The first encryption of the process, which fills tables and is not yet compiled. */
  readonly firstEncryptMs: number;
  readonly encryptMs: number;
  readonly decryptMs: number;
}

function timeMs(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function medianMs(work: () => unknown): number {
  for (let i = 0; i < WARM_UPS; i++) work();
  return median(Array.from({ length: REPEATS }, () => timeMs(work)));
}

/** Encrypting and opening a commit of 256 uids on this thread, medians after warm-up. */
export function timelockTimes(): TimelockTimes {
  const numbers = Array.from({ length: UIDS }, (_, i) => i);
  const payload = encodePayload({
    ...{ hotkey: systemRandom.bytes(32), uids: numbers, versionKey: 0 },
    values: numbers.map((i) => i * 257),
  });
  const seal = (): Uint8Array => encrypt(payload, ROUND, systemRandom);
  const firstEncryptMs = timeMs(seal);
  const ciphertext = seal();
  const signature = Buffer.from(SIGNATURE, "hex");
  return {
    firstEncryptMs,
    encryptMs: medianMs(seal),
    decryptMs: medianMs(() => decrypt(ciphertext, signature)),
  };
}

/** The figure `timelock_ms` of the bench `chain`. */
export function timelockMs(): number {
  return timelockTimes().encryptMs;
}
