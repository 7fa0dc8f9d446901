import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { MinerResult, SimResult, StrategyResult, ValidatorResult } from "../../../sim/result.ts";
import type { Scenario, StrategyKind } from "../../../sim/scenario.ts";
import type { ThreadOrder } from "./thread.ts";

interface Done {
  readonly result: SimResult;
  readonly lines: readonly string[];
}

let thread: Worker | null = null;
let last: Promise<unknown> = Promise.resolve();

/** Runs one scenario after the other in a thread of their own, which keeps the process alive only while it has one. */
function inThread(order: ThreadOrder): Promise<Done> {
  const turn = last.then(async () => {
    thread ??= new Worker(new URL("thread.ts", import.meta.url));
    thread.ref();
    thread.postMessage(order);
    try {
      const [done] = (await once(thread, "message")) as [Done];
      thread.unref();
      return done;
    } catch (error) {
      thread = null;
      throw error;
    }
  });
  last = turn.catch(() => undefined);
  return turn;
}

/** A whole run of a scenario, and ways to look at what came of it. */
export class Ran {
  readonly result: SimResult;
  readonly #lines: readonly string[];

  constructor({ result, lines }: Done) {
    this.result = result;
    this.#lines = lines;
    assert.ok(result.complete);
  }

  static async of(scenario: Scenario, seed = 1): Promise<Ran> {
    return new Ran(await inThread({ scenario, seed }));
  }

  /** What the trace says of one kind of event, in order. */
  events(event: string): Record<string, unknown>[] {
    const all = this.#lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    return all.filter((line) => line.event === event);
  }

  get validator(): ValidatorResult {
    return this.result.validators[0] ?? assert.fail("no validator");
  }

  strategy(kind: StrategyKind): StrategyResult {
    return this.result.strategies.find(({ strategy }) => strategy === kind) ?? assert.fail(`no ${kind}`);
  }

  fleet(name: string): readonly MinerResult[] {
    return this.result.miners.filter(({ fleet }) => fleet === name);
  }

  miner(name: string): MinerResult {
    return this.result.miners.find((miner) => miner.name === name) ?? assert.fail(`no ${name}`);
  }

  /** The point of a series at a moment, or the last one before it. */
  at(series: "work" | "cap", name: string, ms: number): number {
    const { t, [series]: columns } = this.result.series;
    const index = t.findLastIndex((at) => at <= ms);
    return columns[name]?.[index] ?? assert.fail(`no ${series} of ${name} at ${ms}`);
  }

  /** All points of a series from one moment up to another. */
  between(series: "work" | "cap", name: string, from: number, to: number): number[] {
    const { t, [series]: columns } = this.result.series;
    return (columns[name] ?? []).filter((_, i) => (t[i] ?? 0) >= from && (t[i] ?? 0) < to);
  }
}

export function total(miners: readonly MinerResult[], of: (miner: MinerResult) => number): number {
  return miners.reduce((sum, miner) => sum + of(miner), 0);
}
