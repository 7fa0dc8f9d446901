import type { SentExtrinsic, WeightPlan } from "../../../flow/weightPlan.ts";
import type { BroadcastEnd, SubtensorNode } from "../node.ts";

/** More than are ever under way; the oldest is given up first. */
const FLIGHTS_MAX = 16;

interface Flight {
  /** The finalised height at which it was sent last. */
  block: number;
  readonly untilBlock: number;
  readonly abort: AbortController;
  end: BroadcastEnd | null;
}

/** What an end tells: a final block tells all, and a refusal for the nonce may be that of a copy, since the first one is in. */
function newsOf(end: BroadcastEnd | null): number {
  if (end === null) return 0;
  if (end.kind === "finalized") return 4;
  if (end.kind === "refused") return end.isNonce ? 2 : 3;
  return 1;
}

/** Why a broadcast did not do what it was for; null when it did, or nothing is known. */
function failureText(end: BroadcastEnd | null | undefined): string | null {
  if (end === null || end === undefined) return null;
  if (end.kind === "finalized") return end.error;
  if (end.kind === "unknown") return `the watch ended without news: ${end.why}`;
  // After a restart, or a watch without news, the one that used its nonce may be itself, sent before.
  return end.isNonce
    ? `its nonce was used, by another extrinsic or by itself sent before: ${end.error}`
    : end.error;
}

/** Broadcasts under way. How they end is a text for people: what happened is read from finalised blocks. */
export class Sender {
  readonly #node: Pick<SubtensorNode, "broadcast">;
  readonly #flights = new Map<string, Flight>();
  #isClosed = false;

  constructor(node: Pick<SubtensorNode, "broadcast">) {
    this.#node = node;
  }

  /**
   * Sends stored bytes and watches them beside everything else; `done` is called once when the watch ends. Sent again, the earlier
   * watches stay, one for each time that a block could still include it: they see the block that includes any copy, where the node refuses the later ones for the nonce that it used.
   */
  send({ hash, bytes, until_block }: SentExtrinsic, block: number, done: () => void = () => {}): void {
    if (this.#isClosed) {
      done();
      return;
    }
    const flight = this.#flightOf(hash, until_block);
    flight.block = block;
    void this.#watch(bytes, flight.abort.signal).then((end) => {
      if (newsOf(end) >= newsOf(flight.end)) flight.end = end;
      done();
    });
  }

  /** The height at which this process sent the last extrinsic of a plan; null when it did not. */
  sentAt(plan: WeightPlan): number | null {
    return this.#flights.get(plan.extrinsics.at(-1)?.hash ?? "")?.block ?? null;
  }

  failureOf(plan: WeightPlan): string | null {
    return failureText(this.#flights.get(plan.extrinsics.at(-1)?.hash ?? "")?.end);
  }

  /** The block that included the last extrinsic of a plan without a fault, as far as its broadcast told. */
  includedAt(plan: WeightPlan): number | null {
    const end = this.#flights.get(plan.extrinsics.at(-1)?.hash ?? "")?.end;
    return end?.kind === "finalized" && end.error === null ? end.block.number : null;
  }

  /** Ends the watches of what no block can include any more. */
  sweep(block: number): void {
    for (const flight of this.#flights.values()) if (block > flight.untilBlock) flight.abort.abort();
  }

  close(): void {
    this.#isClosed = true;
    for (const hash of [...this.#flights.keys()]) this.#giveUp(hash);
  }

  /** That of an extrinsic that is under way, or a new one. */
  #flightOf(hash: string, untilBlock: number): Flight {
    const known = this.#flights.get(hash);
    if (known !== undefined && !known.abort.signal.aborted) return known;
    const flight: Flight = { block: 0, untilBlock, abort: new AbortController(), end: null };
    this.#flights.set(hash, flight);
    const oldest = this.#flights.keys().next();
    if (this.#flights.size > FLIGHTS_MAX && !oldest.done) this.#giveUp(oldest.value);
    return flight;
  }

  async #watch(bytes: string, signal: AbortSignal): Promise<BroadcastEnd> {
    const aborted = new Promise<BroadcastEnd>((resolve) =>
      signal.addEventListener("abort", () => resolve({ kind: "unknown", why: "the watch was given up" }), {
        once: true,
      }),
    );
    try {
      return await Promise.race([this.#node.broadcast(bytes, signal), aborted]);
    } catch (error) {
      return { kind: "unknown", why: String(error) };
    }
  }

  #giveUp(hash: string): void {
    this.#flights.get(hash)?.abort.abort();
    this.#flights.delete(hash);
  }
}
