import type { Log } from "../../core/log.ts";
import type { Lane } from "../../flow/lane.ts";
import type { StrikeRecord } from "../../flow/strike.ts";
import type { Verdict } from "../../flow/verdict.ts";
import type { Judged } from "../evidence.ts";
import type { Judge } from "../judge.ts";

export interface StrikeConcluderModules {
  readonly judge: Pick<Judge, "assess" | "record">;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly log: Log;
}

/**
 * Takes strikes, one after the other whatever their lane, so that each is counted with all before it: assessed, recorded in
 * one transaction with the end of the work, and only then acted on.
 */
export class StrikeConcluder {
  readonly #modules: StrikeConcluderModules;
  /** Bounded by the callers, who wait. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(modules: StrikeConcluderModules) {
    this.#modules = modules;
  }

  /** Whether the verdict is a strike in its lane. */
  applies(lane: string, verdict: Verdict | null): verdict is Verdict {
    return verdict?.outcome === "invalid" && this.#modules.lanes.get(lane)?.policy.penalty === "strike";
  }

  /**
   * `record` is given the strike to put on record, anew at each call, and says which one is; null when none is. Rejects as it
   * does; `assess` throws while the chain height is unknown.
   */
  take(
    judged: Judged,
    verdict: Verdict,
    record: (assess: () => StrikeRecord | null) => Promise<StrikeRecord | null>,
  ): Promise<StrikeRecord | null> {
    const taken = this.#last.then(() => this.#take(judged, verdict, record));
    this.#last = taken.catch(() => undefined);
    return taken;
  }

  async #take(...[judged, verdict, record]: Parameters<StrikeConcluder["take"]>) {
    const { judge, log } = this.#modules;
    const strike = await record(() => judge.assess(judged, verdict, "strike"));
    if (strike === null) return null;
    judge.record(strike);
    const { hotkey, evidence, suspendUntil } = strike;
    const { work_id, verdict: found } = evidence;
    log.warn("strike", { hotkey, work_id, code: found.code, until_block: suspendUntil });
    return strike;
  }
}
