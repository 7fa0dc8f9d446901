import type { Log } from "../../../core/log.ts";
import type { Store } from "../../../flow/store.ts";
import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { judgeUpdate, type SeenUpdate } from "./others.ts";
import type { PlanPlace } from "./plan.ts";
import type { ChainView } from "./view.ts";

const SEEN_NOTE = "chain_weights_seen";
export const STOP_NOTE = "chain_weights_stopped";
const RESUME_NOTE = "chain_weights_resumed";

/** Weights are stopped until an operator says go on. */
export interface WeightsStop {
  readonly code: "another_validator_on_this_hotkey";
  /** The block of the weights or commit that no plan explains. */
  readonly block: number;
  /** Unix ms. */
  readonly at: number;
}

/** The stop on record under `STOP_NOTE`. */
export function stopOf(note: string | null): WeightsStop | null {
  return note ? (JSON.parse(note) as WeightsStop) : null;
}

export function stopText({ block }: WeightsStop): string {
  return `weights or a commit of this hotkey were accepted in block ${block} that this validator did not send: another validator uses the hotkey. Stop one of the two, then say: assay chain resume`;
}

/** What is on record about who moves `LastUpdate` of the validator's uid. */
export class UpdateWatch {
  readonly #place: PlanPlace;
  readonly #modules: { readonly store: Pick<Store, "note" | "setNote">; readonly log: Log };
  #stop: WeightsStop | null = null;
  #seen: SeenUpdate | null = null;
  #isRead = false;

  constructor(
    place: PlanPlace,
    modules: { readonly store: Pick<Store, "note" | "setNote">; readonly log: Log },
  ) {
    this.#place = place;
    this.#modules = modules;
  }

  get stop(): WeightsStop | null {
    return this.#stop;
  }

  /** Reads what is on record, once. */
  async read(): Promise<void> {
    if (this.#isRead) return;
    const { store } = this.#modules;
    const [stop, seen] = await Promise.all([store.note(STOP_NOTE), store.note(SEEN_NOTE)]);
    this.#stop = stopOf(stop);
    this.#seen = seen ? (JSON.parse(seen) as SeenUpdate) : null;
    this.#isRead = true;
  }

  /** Judges the last move by plans that have been looked at in the same block; a foreign one stops weights durably. */
  async look(view: ChainView, plans: readonly WeightPlan[], nowMs: number): Promise<void> {
    if (this.#stop !== null) return;
    const { hotkey, netuid, mechanism } = this.#place;
    const verdict = judgeUpdate(this.#seen, { hotkey, netuid, mechanism }, view, plans);
    if (verdict.kind === "known") {
      await this.#modules.store.setNote(SEEN_NOTE, JSON.stringify(verdict.seen));
      this.#seen = verdict.seen;
    }
    if (verdict.kind !== "foreign") return;
    const stop: WeightsStop = { code: "another_validator_on_this_hotkey", block: verdict.block, at: nowMs };
    await this.#modules.store.setNote(STOP_NOTE, JSON.stringify(stop));
    this.#stop = stop;
  }

  /** Lifts a stop: what the chain has by now counts as known. The operator's reason stays on record. */
  async resume(reason: string, nowMs: number): Promise<void> {
    const { store, log } = this.#modules;
    await this.read();
    const stop = this.#stop;
    await store.setNote(RESUME_NOTE, JSON.stringify({ reason, at: nowMs, stop }));
    await store.setNote(SEEN_NOTE, "");
    this.#seen = null;
    await store.setNote(STOP_NOTE, "");
    this.#stop = null;
    log.warn("weights_resumed", { reason, stop });
  }
}
