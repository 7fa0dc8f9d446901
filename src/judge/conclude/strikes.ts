import type { Log } from "../../core/log.ts";
import type { Lane, Penalty } from "../../flow/lane.ts";
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
 * Handles strikes one after the other over all lanes, so that each is counted with all before it: assesses, records in one
 * transaction with the end of the work, and only then acts.
 */
export class StrikeConcluder {
  readonly #modules: StrikeConcluderModules;
  /** Bounded by the waiting callers. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(modules: StrikeConcluderModules) {
    this.#modules = modules;
  }

  /** Why the verdict is a strike; null when it is not. `penalty`: the lane's as it was when the work was issued. */
  codeOf(lane: string, verdict: Verdict | null, penalty?: Penalty): InvalidCode | null {
    if (verdict?.outcome !== "invalid") return null;
    return (penalty ?? this.#modules.lanes.get(lane)?.policy.penalty) === "strike" ? verdict.code : null;
  }

  /**
   * `record` gets the strike to record, assessed at each call, and returns the one on record, or null. Rejects as `record`
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
