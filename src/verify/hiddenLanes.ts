import { parseFraction } from "../core/fraction.ts";
import type { Draw } from "../flow/draw.ts";
import type { Lane } from "../flow/lane.ts";

/** Lanes that check only a share of their answers: the time of a receipt must not show whether its answer was checked. */
export class HiddenLanes {
  readonly #lanes = new Set<string>();

  constructor(lanes: Iterable<Pick<Lane, "name" | "policy">>) {
    for (const { name, policy } of lanes) if (policy.rate.num !== policy.rate.den) this.#lanes.add(name);
  }

  /** An epoch's policy can be older than the configuration and name lanes that the configuration no longer has. */
  saw({ lane, rate, sampled }: Pick<Draw, "lane" | "rate" | "sampled">): void {
    if (this.#lanes.has(lane)) return;
    const read = parseFraction(rate);
    if (!sampled || read === null || read.num !== read.den) this.#lanes.add(lane);
  }

  has(lane: string): boolean {
    return this.#lanes.has(lane);
  }
}
