import type { Log } from "../../core/log.ts";
import type { Lane } from "../../flow/lane.ts";
import type { StrikeRecord } from "../../flow/strike.ts";
import type { InvalidCode, Verdict } from "../../flow/verdict.ts";
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

  /** Why the verdict is a strike in its lane; null when it is none. */
  codeOf(lane: string, verdict: Verdict | null): InvalidCode | null {
    if (verdict?.outcome !== "invalid") return null;
    return this.#modules.lanes.get(lane)?.policy.penalty === "strike" ? verdict.code : null;
  }

  /**
   * `record` is given the strike to put on record, anew at each call, and says which one is; null when none is. Rejects as it
   * does; `assess` throws while the chain height is unknown.
   */
  take(
    judged: Judged,
    code: InvalidCode,
    record: (assess: () => StrikeRecord) => Promise<StrikeRecord | null>,
  ): Promise<StrikeRecord | null> {
    const taken = this.#last.then(() => this.#take(judged, code, record));
    this.#last = taken.catch(() => undefined);
    return taken;
  }

  async #take(...[judged, code, record]: Parameters<StrikeConcluder["take"]>) {
    const { judge, log } = this.#modules;
    const strike = await record(() => judge.assess(judged, code));
    if (strike === null) return null;
    judge.record(strike);
    const { hotkey, evidence, suspendUntil } = strike;
    log.warn("strike", { hotkey, work_id: evidence.work_id, code, until_block: suspendUntil });
    return strike;
  }
}
