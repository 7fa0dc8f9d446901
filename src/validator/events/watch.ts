import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { StandingFeed } from "../../flow/standingChanges.ts";
import type { EventHub } from "../../http/events/hub.ts";
import type { Overview, Snapshot } from "../overview/overview.ts";
import { eventsBetween, type PublicEvent } from "./between.ts";
import { StrikeFeed } from "./strikeFeed.ts";

export interface EventWatchModules {
  readonly hub: EventHub;
  readonly overview: Pick<Overview, "snapshot">;
  readonly store: StandingFeed;
  readonly clock: Clock;
  readonly log: Log;
}

const OVERVIEW_EVERY_MS = 5000;
/** A page that is loaded anew comes back within this time; nothing is followed for nobody. */
const IDLE_AFTER_MS = 60_000;

interface Following {
  before: Snapshot;
  readonly strikes: StrikeFeed;
  overviewAt: number;
  /** When there last was a reader. */
  readAt: number;
}

/** Publishes what changes, while anyone reads: looks once per second at what the public API shows, and tells the difference. */
export class EventWatch {
  readonly #modules: EventWatchModules;
  #following: Following | null = null;
  #running: Promise<void> | null = null;

  constructor(modules: EventWatchModules) {
    this.#modules = modules;
    modules.hub.onReader(() => {
      if (this.#following === null) void this.tick();
    });
  }

  /** Called every second; a call during another joins it. Never rejects. */
  tick(): Promise<void> {
    this.#running ??= this.#step()
      .catch((error: unknown) => {
        this.#modules.log.warn("events_not_followed", { cause: causeText(error) });
      })
      .finally(() => {
        this.#running = null;
      });
    return this.#running;
  }

  /** Tells that the process stops. */
  async last(): Promise<void> {
    await this.#running;
    if (this.#following !== null) this.#publishOverview(await this.#modules.overview.snapshot());
  }

  async #step(): Promise<void> {
    const { hub, clock } = this.#modules;
    const now = clock.monotonicMs();
    const following = this.#following;
    if (following === null) {
      if (hub.readers > 0) await this.#begin(now);
      return;
    }
    if (hub.readers > 0) following.readAt = now;
    if (now - following.readAt < IDLE_AFTER_MS) return this.#follow(following, now);
    this.#following = null;
    hub.forget();
  }

  async #begin(now: number): Promise<void> {
    const { overview, store, clock } = this.#modules;
    const strikes = await StrikeFeed.open(store, clock.nowMs());
    const before = await overview.snapshot();
    this.#following = { before, strikes, overviewAt: now, readAt: now };
    this.#publishOverview(before);
  }

  async #follow(following: Following, now: number): Promise<void> {
    const { overview, hub } = this.#modules;
    const after = await overview.snapshot();
    // Before anything is told: when it fails, the next look compares with what was told last.
    const strikes = await following.strikes.next();
    const changes = eventsBetween(following.before.facts, after.facts);
    following.before = after;
    if (now - following.overviewAt >= OVERVIEW_EVERY_MS) {
      following.overviewAt = now;
      this.#publishOverview(after);
    }
    if (changes === null || strikes === null) {
      hub.publish("reset", "{}");
      return;
    }
    for (const { strikeId: id, hotkey, block } of strikes)
      this.#publish({ name: "strike", data: { hotkey, id, block } });
    for (const change of changes) this.#publish(change);
  }

  #publish({ name, data }: PublicEvent): void {
    this.#modules.hub.publish(name, JSON.stringify(data));
  }

  #publishOverview({ json }: Snapshot): void {
    this.#modules.hub.publish("overview", json);
  }
}
