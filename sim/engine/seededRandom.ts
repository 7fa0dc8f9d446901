import { createHash } from "node:crypto";
import type { Random } from "../../src/core/random.ts";
import { seededUnit, type Unit } from "../../src/economics/seededUnit.ts";
import type { Law } from "../scenario.ts";

/** Random numbers from a seed and a name, always the same; numbers taken under one name do not change those of another. */
export class SeededRandom implements Random {
  readonly unit: Unit;
  readonly #seed: number;
  readonly #name: string;

  constructor(seed: number, name = "") {
    this.#seed = seed;
    this.#name = name;
    this.unit = seededUnit(createHash("sha256").update(`${seed} ${name}`).digest().readInt32BE());
  }

  /** A separate source for a part of this one's purpose. */
  of(name: string): SeededRandom {
    return new SeededRandom(this.#seed, `${this.#name}/${name}`);
  }

  bytes(count: number): Uint8Array {
    const words = new Uint32Array(Math.ceil(count / 4));
    for (let i = 0; i < words.length; i++) words[i] = this.unit() * 2 ** 32;
    const bytes = Buffer.alloc(words.length * 4);
    // Byte order must not depend on the machine.
    for (let i = 0; i < words.length; i++) bytes.writeUInt32BE(words[i] ?? 0, 4 * i);
    return bytes.subarray(0, count);
  }

  uuid(): string {
    return Buffer.from(this.bytes(16)).toString("hex");
  }
}

/** One length by a law, ms. */
export function drawLength(law: Law, unit: Unit): number {
  if (typeof law === "number") return law;
  if ("mean" in law) return law.min - Math.log(1 - unit()) * (law.mean - law.min);
  return law.low + unit() * (law.high - law.low);
}
