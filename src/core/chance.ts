import { randomBytes, randomUUID } from "node:crypto";

/** Chance is an argument everywhere; this is the port that provides it. */
export interface Chance {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array;
  /** A number in [0, 1), for jitter only. */
  unit(): number;
  uuid(): string;
}

export const systemChance: Chance = {
  bytes: (count) => randomBytes(count),
  unit: () => Math.random(),
  uuid: () => randomUUID(),
};
