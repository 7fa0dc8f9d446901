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

type MirrorStore = Pick<StandingFeed, "standingChanges" | "standingOf"> & Pick<Store, "standingState">;

export interface MirrorOptions {
  readonly hotkeys: number;
  /** Strikes kept per hotkey. */
  readonly strikes: number;
}

type Known = ReadonlyMap<string, readonly Suspension[]>;

const sameAs = (now: readonly Suspension[], before: readonly Suspension[] | undefined): boolean =>
  before !== undefined && now.length === before.length && now.every((one, index) => one === before[index]);

const isSame = (a: Suspension, b: Suspension): boolean =>
  a.kind === b.kind && a.untilBlock === b.untilBlock && a.at === b.at;

/**
 * Keeps judge's memory as other processes that share the store change it: strikes, suspensions and releases by the feed of
 * changes, first sightings by loading all.
 */
export class Mirror {
  readonly #options: MirrorOptions;
  readonly #store: MirrorStore;
  #memory: JudgeMemory | null = null;
  #last: number | null = null;

  constructor(options: MirrorOptions, store: MirrorStore) {
    this.#options = options;
    this.#store = store;
  }

  /** Before judge loads, so that nothing falls between. */
  async start(): Promise<void> {
    this.#last = (await this.#store.standingChanges(null, 0)).last;
  }

  /** The judge whose memory it keeps. */
  follows({ memory }: { readonly memory: JudgeMemory }): void {
    this.#memory = memory;
  }

  /** Takes over what changed since the last call. */
  async follow(): Promise<void> {
    const store = this.#store;
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
    const memory = this.#followed();
    const before = suspensionsOf(memory, memory.suspensions.hotkeys());
    const state = await this.#store.standingState(this.#options);
    take(
      memory,
      new Set([...before.keys(), ...state.suspensions.map(({ hotkey }) => hotkey)]),
      state,
      before,
    );
  }

  async #learn(hotkeys: readonly string[]): Promise<void> {
    const memory = this.#followed();
    const before = suspensionsOf(memory, hotkeys);
    const state = await this.#store.standingOf(hotkeys, this.#options.strikes);
    take(memory, new Set(hotkeys), state, before);
  }

  #followed(): JudgeMemory {
    if (this.#memory === null) throw new TypeError("the mirror follows no judge yet");
    return this.#memory;
  }
}

function suspensionsOf({ suspensions }: JudgeMemory, hotkeys: Iterable<string>): Known {
  return new Map([...hotkeys].map((hotkey) => [hotkey, suspensions.of(hotkey)]));
}

/** What this process changed itself while the state was being read is newer; its own change is in the feed too. */
function take(
  { suspensions, strikes, sightings }: JudgeMemory,
  hotkeys: ReadonlySet<string>,
  state: StandingState,
  before: Known,
): void {
  const stale = new Set(
    [...hotkeys].filter(
      (hotkey) => before.has(hotkey) && !sameAs(suspensions.of(hotkey), before.get(hotkey)),
    ),
  );
  const struck = new Set([...hotkeys, ...state.strikes.map(({ hotkey }) => hotkey)]);
  for (const hotkey of struck) if (!stale.has(hotkey)) strikes.forget(hotkey);
  for (const { hotkey, block, counted } of state.strikes)
    if (!stale.has(hotkey)) strikes.add(hotkey, { block, at: null }, counted);
  const present = Map.groupBy(state.suspensions, ({ hotkey }) => hotkey);
  for (const hotkey of hotkeys) {
    if (stale.has(hotkey)) continue;
    const now = present.get(hotkey) ?? [];
    suspensions.remove(suspensions.of(hotkey).filter((known) => !now.some((one) => isSame(one, known))));
    // One that is known as it is stays the same object: others refer to it.
    for (const suspension of now) suspensions.add(suspension);
  }
  for (const sighting of state.sightings) sightings.learn(sighting);
  for (const hotkey of hotkeys) sightings.suspended(hotkey);
}
