import { randomBytes, randomUUID } from "node:crypto";

/** Randomness is an argument everywhere; this is the port that provides it. */
export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array;
  /** A number in [0, 1), for jitter only. */
  unit(): number;
  uuid(): string;
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  unit: () => Math.random(),
  uuid: () => randomUUID(),
};
