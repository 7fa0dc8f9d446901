import { BoundedMap } from "../core/queue/boundedMap.ts";
import type { Remembered, StandingBounds, StandingState, Suspension } from "../flow/standing.ts";
import type { SuspensionKey, SuspensionPage } from "./records/standing.ts";

/** The parts of `standingState`. */
export interface StandingParts {
  /** Suspensions by hotkey and kind, after the given one, each with the sighting of its hotkey. */
  suspensionPage(after: SuspensionKey, limit: number): Promise<SuspensionPage>;
  /** Hotkeys with an accepted answer first, then those seen last. */
  topSightings(limit: number): Promise<Remembered[]>;
  /** Of each hotkey its newest strikes, oldest first: block and 1 if counted, else 0, in turn. */
  newestStrikes(hotkeys: readonly string[], newest: number): Promise<number[][]>;
}

type Call = <K extends keyof StandingParts>(
  name: K,
  args: Parameters<StandingParts[K]>,
) => Promise<Awaited<ReturnType<StandingParts[K]>>>;

export const boundsOfJudge: StandingBounds = { hotkeys: 8192, strikes: 64 };

/** Records per call: what crosses threads at a time is some hundred KB. */
const PAGE = 1024;
/** Words that repeat in suspensions: kinds, reasons, who decided. */
const WORDS_MOST = 1024;

type Strikes = StandingState["strikes"][number][];

/** Loads standing page by page, so that a start with many suspensions needs memory for what judge keeps of them, once. */
export async function loadStanding(call: Call, bounds: StandingBounds): Promise<StandingState> {
  const suspensions: Suspension[] = [];
  const sightings = new Map<string, Remembered>();
  for (const sighting of await call("topSightings", [bounds.hotkeys])) {
    sightings.set(sighting.hotkey, sighting);
  }
  const strikes = await strikesOf(call, [...sightings.keys()], bounds.strikes);
  let last = "";
  await suspended(call, suspensions, async (page) => {
    // A hotkey's suspensions of several kinds follow each other, maybe on two pages.
    const others = new Set(page.map(({ hotkey }) => hotkey).filter((hotkey) => !sightings.has(hotkey)));
    others.delete(last);
    last = page.at(-1)?.hotkey ?? last;
    // One says that the hotkey was struck; what it counts for, its suspension already is.
    strikes.push(...(await strikesOf(call, [...others], Math.min(1, bounds.strikes))));
    for (const { hotkey, sighting } of page) {
      if (sighting !== null && !sightings.has(hotkey)) sightings.set(hotkey, { ...sighting, hotkey });
    }
  });
  return { sightings: [...sightings.values()].sort(byHotkey), suspensions, strikes: strikes.sort(byHotkey) };
}

/** Every suspension; `each` is told of the hotkeys of a page. */
async function suspended(
  call: Call,
  suspensions: Suspension[],
  each: (page: { readonly hotkey: string; readonly sighting: Remembered | null }[]) => Promise<void>,
): Promise<void> {
  const words = new BoundedMap<string, string>(WORDS_MOST);
  /** The one copy of a text that crossed threads often. */
  const word = <T extends string>(text: T): T => {
    const known = words.get(text);
    if (known === undefined) words.set(text, text);
    return (known ?? text) as T;
  };
  for (let after: SuspensionKey | undefined = { hotkey: "", kind: "" }; after !== undefined; ) {
    const page: SuspensionPage = await call("suspensionPage", [after, PAGE]);
    for (const { suspension: s } of page) {
      suspensions.push({ ...s, kind: word(s.kind), reason: word(s.reason), by: word(s.by) });
    }
    await each(page.map(({ suspension: { hotkey }, sighting }) => ({ hotkey, sighting })));
    after = page.at(-1)?.suspension;
  }
}

async function strikesOf(call: Call, hotkeys: readonly string[], newest: number): Promise<Strikes> {
  const strikes: Strikes = [];
  for (let from = 0; from < hotkeys.length; from += PAGE) {
    const page = hotkeys.slice(from, from + PAGE);
    const rows = await call("newestStrikes", [page, newest]);
    page.forEach((hotkey, index) => {
      const row = rows[index] ?? [];
      for (let at = 0; at < row.length; at += 2) {
        strikes.push({ hotkey, block: row[at] ?? 0, counted: row[at + 1] === 1 });
      }
    });
  }
  return strikes;
}

function byHotkey(a: { readonly hotkey: string }, b: { readonly hotkey: string }): number {
  return a.hotkey < b.hotkey ? -1 : a.hotkey > b.hotkey ? 1 : 0;
}
