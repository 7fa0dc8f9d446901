import { problemTable } from "../../core/problems/table.ts";
import { SELF_FAULT_PERCENT } from "../../judge/rules.ts";
import type { Backlog, DiskFacts, ProcessFacts, RequestCounts } from "../../observe/alerts/facts.ts";
import { RequestWindow } from "../../observe/alerts/requestWindow.ts";
import { knownVersion as knownToPostgres } from "../../store/postgres/migrations/migrate.ts";
import { knownVersion as knownToSqlite } from "../../store/sqlite/migrations/migrate.ts";
import type { Parts } from "../parts.ts";
import { pendingBounds } from "../stageOptions.ts";
import { probeStore } from "./storeProbe.ts";

/** Of the gate's wait: with none configured, what a disk under load may take. */
const SLOW_LEAST_MS = 100;
/** Fewer requests say nothing about their share. */
const REQUESTS_LEAST = 20;
const DAY_MS = 86_400_000;

/** Refusals of clients that ask too often are the bound doing its work. */
function isAbuse(code: string): boolean {
  const kinds: Readonly<Record<string, { readonly retry?: string }>> = problemTable;
  return kinds[code]?.retry === "abuse";
}

type Alarm = ReturnType<Parts["sampler"]["alarms"]>[number];

function alarmText({ lane, class: drawClass, rate, draws, sampled }: Alarm): string {
  return `lane ${lane}, class ${drawClass}: ${sampled} of ${draws} draws were sampled, and the configured rate is ${rate}`;
}

export type WatchedParts = Pick<
  Parts,
  "config" | "clock" | "trusted" | "chain" | "sampler" | "verifier" | "admission" | "judge" | "push" | "disk"
>;

/** What this process knows of itself, looked at once per evaluation. */
export class ProcessWatch {
  readonly #name: string;
  readonly #parts: WatchedParts;
  readonly #requests: RequestWindow;

  constructor(name: string, parts: WatchedParts) {
    this.#name = name;
    this.#parts = parts;
    const { config, clock, admission } = parts;
    const windowMs = config.observe.alerts.refusal_window_s * 1000;
    this.#requests = new RequestWindow(windowMs, clock.monotonicMs(), admission.counts());
  }

  /** `write`: something durable. Never rejects. */
  async facts(write: () => Promise<void>): Promise<ProcessFacts> {
    const { config, clock, trusted, chain, sampler, push, judge } = this.#parts;
    const slowMs = Math.max(SLOW_LEAST_MS, config.admit.gate.wait_ms);
    const store = await probeStore(write, clock, slowMs);
    const fault = trusted.fault();
    const alarms = sampler.alarms();
    const outage = push === null ? null : judge.outage(push.dispatcher.activeCount());
    return {
      name: this.#name,
      clock: { fault, aheadMs: trusted.state().ahead_ms, stepMs: config.observe.clock_step_ms },
      chain: {
        isHeightKnown: fault !== null || chain.block() !== null,
        faults: (chain.faults?.() ?? []).map(({ name, what, why, remedy }) => ({
          ...{ name, text: `${what} (${why}); ${remedy}` },
        })),
        alarms: (chain.alarms?.() ?? []).map(({ name, text }) => ({ name, text })),
      },
      sampling: {
        lanes: alarms.filter(({ hotkey }) => hotkey === null).map(alarmText),
        miners: alarms.filter(({ hotkey }) => hotkey !== null).length,
      },
      canary: push?.canary.fault() ?? null,
      backlogs: this.#backlogs(),
      requests: this.#requestCounts(),
      ...{ store, disk: this.#diskFacts() },
      outage: outage === null ? null : { ...outage, mostPercent: SELF_FAULT_PERCENT },
      schemaKnown: config.store.kind === "postgres" ? knownToPostgres : knownToSqlite,
    };
  }

  #backlogs(): Backlog[] {
    const { config, verifier, push } = this.#parts;
    const bounds = pendingBounds(config);
    const submissions = { what: "submissions", pending: verifier.pendingUnits(), bound: bounds.pull };
    if (push === null) return [submissions];
    return [submissions, { what: "proofs", pending: push.proofVerifier.pendingUnits(), bound: bounds.push }];
  }

  #requestCounts(): RequestCounts {
    const { config, clock, admission } = this.#parts;
    const { refusal_share: most, refusal_window_s } = config.observe.alerts;
    const { answered, refused } = this.#requests.within(clock.monotonicMs(), admission.counts());
    return {
      answered,
      refused: Object.fromEntries(Object.entries(refused).filter(([code]) => !isAbuse(code))),
      ...{ windowMs: refusal_window_s * 1000, most, least: REQUESTS_LEAST },
    };
  }

  #diskFacts(): DiskFacts | null {
    const { config, disk } = this.#parts;
    const room = disk.room();
    if (room === null) return null;
    const days = disk.daysUntilFull();
    return {
      ...{ freeBytes: room.free, reserveBytes: room.reserve },
      fullInMs: days === null || !Number.isFinite(days) ? null : days * DAY_MS,
      soonMs: config.observe.alerts.full_within_days * DAY_MS,
    };
  }
}
