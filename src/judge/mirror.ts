import type { StandingState, Suspension } from "../flow/standing.ts";
import type { StandingFeed } from "../flow/standingChanges.ts";
import { STANDING_OF_MOST } from "../flow/standingChanges.ts";
import type { Store } from "../flow/store.ts";
import type { Sightings } from "./sightings.ts";
import type { Strikes } from "./strikes.ts";
import type { Suspensions } from "./suspensions.ts";

/** What judge remembers. */
export interface JudgeMemory {
  readonly suspensions: Suspensions;
  readonly strikes: Strikes;
  readonly sightings: Sightings;
}

export interface MirrorModules {
  readonly store: StandingFeed & Pick<Store, "standingState">;
  readonly judge: { readonly memory: JudgeMemory };
}

export interface MirrorOptions {
  readonly hotkeys: number;
  /** Strikes kept per hotkey. */
  readonly strikes: number;
}

type Known = ReadonlyMap<string, readonly Suspension[]>;

const sameAs = (now: readonly Suspension[], before: readonly Suspension[] | undefined): boolean =>
  before !== undefined && now.length === before.length && now.every((one, index) => one === before[index]);

/**
 * Keeps judge's memory as other processes that share the store change it: strikes, suspensions and releases by the feed of
 * changes, first sightings by loading all.
 */
export class Mirror {
  readonly #options: MirrorOptions;
  readonly #modules: MirrorModules;
  #last: number | null = null;

  constructor(options: MirrorOptions, modules: MirrorModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Before judge loads, so that nothing falls between. */
  async start(): Promise<void> {
    this.#last = (await this.#modules.store.standingChanges(null, 0)).last;
  }

  /** Takes over what changed since the last call. */
  async follow(): Promise<void> {
    const { store } = this.#modules;
    for (;;) {
      const { last, hotkeys } = await store.standingChanges(this.#last, STANDING_OF_MOST);
      if (hotkeys === null) await this.reload();
      else if (hotkeys.length > 0) await this.#learn(hotkeys);
      this.#last = last;
      if (hotkeys === null || hotkeys.length < STANDING_OF_MOST) return;
    }
  }

  /** Takes over all standing. */
  async reload(): Promise<void> {
    const { store, judge } = this.#modules;
    const { suspensions } = judge.memory;
    const before = this.#suspensionsOf(suspensions.hotkeys());
    const state = await store.standingState(this.#options);
    this.#take(new Set([...before.keys(), ...state.suspensions.map(({ hotkey }) => hotkey)]), state, before);
  }

  async #learn(hotkeys: readonly string[]): Promise<void> {
    const before = this.#suspensionsOf(hotkeys);
    const state = await this.#modules.store.standingOf(hotkeys, this.#options.strikes);
    this.#take(new Set(hotkeys), state, before);
  }

  #suspensionsOf(hotkeys: Iterable<string>): Known {
    const { suspensions } = this.#modules.judge.memory;
    return new Map([...hotkeys].map((hotkey) => [hotkey, suspensions.of(hotkey)]));
  }

  /** What this process changed itself while the state was being read is newer; its own change is in the feed too. */
  #take(hotkeys: ReadonlySet<string>, state: StandingState, before: Known): void {
    const { suspensions, strikes, sightings } = this.#modules.judge.memory;
    const stale = new Set(
      [...hotkeys].filter(
        (hotkey) => before.has(hotkey) && !sameAs(suspensions.of(hotkey), before.get(hotkey)),
      ),
    );
    const struck = new Set([...hotkeys, ...state.strikes.map(({ hotkey }) => hotkey)]);
    for (const hotkey of struck) if (!stale.has(hotkey)) strikes.forget(hotkey);
    for (const { hotkey, block, counted } of state.strikes)
      if (!stale.has(hotkey)) strikes.add(hotkey, { block, at: null }, counted);
    for (const hotkey of hotkeys) if (!stale.has(hotkey)) suspensions.remove(suspensions.of(hotkey));
    for (const suspension of state.suspensions)
      if (!stale.has(suspension.hotkey)) suspensions.add(suspension);
    for (const sighting of state.sightings) sightings.learn(sighting);
    for (const hotkey of hotkeys) sightings.suspended(hotkey);
  }
}
