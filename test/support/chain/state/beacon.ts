import { bls12_381 } from "@noble/curves/bls12-381.js";
import { fromHex, toHex } from "polkadot-api/utils";
import { roundPoint } from "../../../../src/chain/subtensor/timelock/identity.ts";
import { quicknet } from "../../../../src/chain/subtensor/timelock/quicknet.ts";
import { roundAt } from "../../../../src/chain/subtensor/timelock/rounds.ts";
import { sha256 } from "../../../../src/core/hash.ts";
import type { State } from "./state.ts";

/** Rounds of quicknet whose signatures are public: whatever a client encrypts to one of them can be opened. */
export const knownSignatures: Readonly<Record<number, string>> = {
  1: "0xb55e7cb2d5c613ee0b2e28d6750aabbb78c39dcc96bd9d38c2c2e12198df95571de8e8e402a0cc48871c7089a2b3af4b",
  1000: "0xb44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
  2000: "0xb6cb8f482a0b15d45936a4c4ea08e98a087e71787caee3f4d07a8a9843b1bc5423c6b3c22f446488b3137eaca799c77e",
  657413:
    "0xb713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
};

/** The moment of the first block with which the reveal that happens at `revealBlock` waits for exactly this round. */
export function startTimeFor(round: number, revealBlock: number, start: number, slotMs = 12_000): number {
  const spare = 3 * slotMs;
  return quicknet.genesisMs + round * quicknet.periodMs - spare + 1500 - (revealBlock - start) * slotMs;
}

/** What the chain knows of the randomness beacon: the rounds that are out by the block's time, if nothing holds them up. */
export class Beacon {
  readonly #secret: bigint | null;
  readonly #given = new Map<number, string>();
  readonly #skipped = new Set<number>();
  isStopped = false;

  constructor(secret: string | undefined) {
    this.#secret = secret === undefined ? null : BigInt(secret.startsWith("0x") ? secret : `0x${secret}`);
  }

  /** The key to encrypt to, compressed hex; quicknet's where the beacon has no key of its own. */
  get publicKey(): string {
    if (this.#secret === null) return `0x${quicknet.publicKey}`;
    return toHex(bls12_381.G2.Point.BASE.multiply(this.#secret).toBytes());
  }

  give(round: number, signature: string): void {
    this.#given.set(round, signature);
  }

  /** The chain never stores these rounds. */
  skip(rounds: readonly number[]): void {
    for (const round of rounds) this.#skipped.add(round);
  }

  signature(round: number): string | null {
    if (this.#skipped.has(round)) return null;
    const known = this.#given.get(round) ?? knownSignatures[round];
    if (known !== undefined && (this.#secret === null || this.#given.has(round))) return known;
    return this.#secret === null ? null : toHex(roundPoint(round).multiply(this.#secret).toBytes());
  }

  /** Stores the rounds that are out; of them only the signatures that a commit waits for. */
  store(state: State, timeMs: number): void {
    if (this.isStopped) return;
    const last = roundAt(timeMs);
    for (const round of this.#wanted(state, last)) {
      const signature = this.signature(round);
      if (signature === null) continue;
      const randomness = toHex(sha256(fromHex(signature)));
      state.put("Drand", "Pulses", [round], { round, randomness, signature });
    }
    state.put("Drand", "LastStoredRound", [], last);
  }

  /** Rounds up to the last whose pulse is missing: those of commits, those given, and those that everybody knows. */
  #wanted(state: State, last: number): number[] {
    const committed = state
      .entries("SubtensorModule", "TimelockedWeightCommits")
      .flatMap(({ value }) => (value as readonly (readonly unknown[])[]).map((entry) => Number(entry[3])));
    const known = this.#secret === null ? Object.keys(knownSignatures).map(Number) : [];
    const rounds = new Set([...committed, ...known, ...this.#given.keys()]);
    return [...rounds].filter((round) => round <= last && state.get("Drand", "Pulses", round) === undefined);
  }
}

/** What `Drand.BeaconConfig` says of a beacon. */
export function beaconConfig(beacon: Beacon): unknown {
  return {
    public_key: beacon.publicKey,
    period: quicknet.periodMs / 1000,
    genesis_time: quicknet.genesisMs / 1000,
    hash: `0x${quicknet.chainHash}`,
    scheme_id: toHex(new TextEncoder().encode(quicknet.scheme)),
  };
}
