import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { PlanTexts } from "../../src/economics/planner/fields.ts";
import { workerUrl } from "../read/workerUrl.ts";
import type { Planned } from "./planned.ts";

export interface PlanState {
  /** Of the newest inputs that were computed. */
  readonly planned: Planned | null;
  readonly isBusy: boolean;
}

/** Computes in a worker; of inputs that change while it computes, only the newest are computed next. */
class Planner {
  readonly #worker = new Worker(workerUrl("plan"), { type: "module" });
  readonly #changed: (state: PlanState) => void;
  #isBusy = false;
  #next: PlanTexts | null = null;

  constructor(changed: (state: PlanState) => void) {
    this.#changed = changed;
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Planned>) => {
      this.#isBusy = false;
      this.#changed({ planned: data, isBusy: this.#next !== null });
      if (this.#next !== null) this.compute(this.#next);
    });
  }

  compute(texts: PlanTexts): void {
    this.#next = this.#isBusy ? texts : null;
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#worker.postMessage(texts);
  }

  stop(): void {
    this.#worker.terminate();
  }
}

/** The plan for inputs as they are written. */
export function usePlan(texts: PlanTexts): PlanState {
  const state = useSignal<PlanState>({ planned: null, isBusy: true });
  const planner = useRef<Planner | null>(null);
  useEffect(() => {
    const made = new Planner((next) => {
      state.value = next;
    });
    planner.current = made;
    return () => made.stop();
  }, []);
  const key = JSON.stringify(texts);
  useEffect(() => {
    state.value = { ...state.peek(), isBusy: true };
    planner.current?.compute(JSON.parse(key) as PlanTexts);
  }, [key]);
  return state.value;
}
