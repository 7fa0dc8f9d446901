import type { Log } from "../../core/log.ts";
import { cheatCode, type Lane, type Penalty } from "../../flow/lane.ts";
import type { StrikeRecord } from "../../flow/strike.ts";
import type { InvalidCode, Verdict } from "../../flow/verdict.ts";
import type { Dated } from "../evidence.ts";
import type { Judge } from "../judge.ts";

export interface StrikeConcluderModules {
  readonly judge: Pick<Judge, "assess" | "record" | "isBacklog">;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly log: Log;
}

/** What the end of a proven cheat records: a strike, or only the forfeit where the strike of its backlog is on record. */
export interface Charge {
  readonly strike: StrikeRecord | null;
  readonly forfeits?: true;
}

const forfeit: Charge = { strike: null, forfeits: true };

/**
 * Handles proven cheats, those of one hotkey one after the other over all lanes, so that each is counted with all before it:
 * assesses, records in one transaction with the end of the work, and only then acts. One hotkey's cheats never wait for
 * another's. Work that was handed out before a strike was recorded adds no further strike.
 */
export class StrikeConcluder {
  readonly #modules: StrikeConcluderModules;
  /** The last cheat of each hotkey that is being recorded; bounded by the waiting callers. */
  readonly #lines = new Map<string, Promise<unknown>>();

  constructor(modules: StrikeConcluderModules) {
    this.#modules = modules;
  }

  /** Why the verdict is a proven cheat; null when it is not. `penalty`: the lane's as it was when the work was issued. */
  codeOf(lane: string, verdict: Verdict | null, penalty?: Penalty): InvalidCode | null {
    return cheatCode(penalty ?? this.#modules.lanes.get(lane)?.policy.penalty, verdict);
  }

  /** Whether a cheat of the hotkey is being recorded: true from the moment at which its verdict is known. */
  isCaught(hotkey: string): boolean {
    return this.#lines.has(hotkey);
  }

  /**
   * `record` gets what to record, assessed at each call, and returns what is on record, or null for nothing. Rejects as `record`
   * does; `assess` throws while the chain height is unknown.
   */
  take(
    judged: Dated,
    code: InvalidCode,
    record: (assess: () => Charge) => Promise<Charge | null>,
  ): Promise<Charge | null> {
    const { hotkey } = judged;
    const before = this.#lines.get(hotkey) ?? Promise.resolve();
    const taken = before
      .then(() => this.#take(judged, code, record))
      .finally(() => {
        if (this.#lines.get(hotkey) === last) this.#lines.delete(hotkey);
      });
    const last: Promise<unknown> = taken.catch(() => undefined);
    this.#lines.set(hotkey, last);
    return taken;
  }

  async #take(...[judged, code, record]: Parameters<StrikeConcluder["take"]>): Promise<Charge | null> {
    const { judge, log } = this.#modules;
    const charge = await record(() =>
      judge.isBacklog(judged) ? forfeit : { strike: judge.assess(judged, code) },
    );
    if (charge === null || charge.strike === null) return charge;
    judge.record(charge.strike);
    const { hotkey, evidence, suspendUntil } = charge.strike;
    log.warn("strike", { hotkey, work_id: evidence.work_id, code, until_block: suspendUntil });
    return charge;
  }
}
