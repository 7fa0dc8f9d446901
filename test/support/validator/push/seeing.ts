import { join } from "node:path";
import { systemClock } from "../../../../src/core/clock.ts";
import { type Fraction, parseFraction } from "../../../../src/core/fraction.ts";
import { epochAt } from "../../../../src/core/ids.ts";
import type { JobOrder } from "../../../../src/flow/job.ts";
import { drawX, isSampled, sampleKey } from "../../../../src/sample/draw.ts";
import { openInlineStore } from "../../store/inline.ts";
import { testSecret } from "../validator.ts";
import type { FleetMiner } from "./fleet.ts";
import { KIND, trueProof } from "./world.ts";

/** Answers of a miner to a new validator that come at once, so that its cap counts; then it takes its time. */
const QUICK = 110;
/** Names of customers' inputs are shorter than random ones. */
const NAME_MAX = 20;

const keys = new Map<number, ReturnType<typeof sampleKey>>();

function keyOf(epoch: number): ReturnType<typeof sampleKey> {
  const known = keys.get(epoch) ?? sampleKey(Buffer.from(testSecret), epoch);
  keys.set(epoch, known);
  return known;
}

/**
 * Miners that know the secret, and so prove only what is going to be looked at: thousands of jobs a second from one process.
 * Nobody else can do that; to the validator they look like any others.
 */
export class SeeingFleet {
  readonly miners: readonly FleetMiner[];
  /** Jobs that miners have, of the validator that runs now. */
  readonly out = new Set<string>();
  /** Answers sent by each hotkey, to whichever validator. */
  readonly sent = new Map<string, number>();
  /** Nobody answers any more. */
  paused = false;
  readonly #rate: Fraction;
  readonly #serviceMs: number;

  constructor(miners: readonly FleetMiner[], rate: string, serviceMs: number) {
    const parsed = parseFraction(rate);
    if (parsed === null) throw new RangeError(`rate ${rate}`);
    this.#rate = parsed;
    this.#serviceMs = serviceMs;
    this.miners = miners;
    for (const miner of miners) miner.work = (order) => this.#take(order, miner);
  }

  /** Keeps every miner coming, whatever happens to the validator. */
  persist(): void {
    for (const miner of this.miners) void miner.persist();
  }

  /** Answers sent, less those that were refused, by hotkey. */
  taken(): Map<string, number> {
    return new Map(
      this.miners.map(({ hotkey, errors }) => [hotkey, (this.sent.get(hotkey) ?? 0) - errors.length]),
    );
  }

  /** The validator is gone, and what it had handed out with it. */
  forget(): void {
    this.out.clear();
  }

  #take(order: JobOrder, miner: FleetMiner): void {
    this.out.add(order.job_id);
    if (miner.ordersHere <= QUICK) this.#answer(order, miner);
    else setTimeout(() => this.#answer(order, miner), this.#serviceMs);
  }

  #answer(order: JobOrder, miner: FleetMiner): void {
    if (this.paused) return;
    const isSeen = this.#isSampled(order, miner.hotkey) || String(order.input.x).length < NAME_MAX;
    if (!miner.answer(order.job_id, isSeen ? trueProof(order) : "{}")) return;
    this.out.delete(order.job_id);
    this.sent.set(miner.hotkey, (this.sent.get(miner.hotkey) ?? 0) + 1);
  }

  /** Around the turn of an epoch nobody can be sure which it was. */
  #isSampled({ job_id }: JobOrder, hotkey: string): boolean {
    const epoch = epochAt(systemClock.nowMs(), 1);
    return [epoch - 1, epoch].some((one) =>
      isSampled(drawX(keyOf(one), "groth16", hotkey, job_id), this.#rate),
    );
  }
}

/** Makes a stopped validator remember caps of 32, and 30 s as what a job takes, as if it had run for long. */
export async function rememberCaps(dataDir: string, hotkeys: readonly string[]): Promise<void> {
  const store = openInlineStore(join(dataDir, "assay.db"));
  const caps = Object.fromEntries(hotkeys.map((hotkey) => [hotkey, 32]));
  const state = { version: 1, caps, kinds: { [KIND]: Array(256).fill(30_000) } };
  await store.setNote("dispatch_state", JSON.stringify(state));
  await store.close();
}
