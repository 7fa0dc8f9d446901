/** The most caps that are saved, and the largest: a restart begins carefully, whatever was learned before. */
const HOTKEYS = 8192;
const CAP_MAX = 32;
const KINDS = 1024;
const TIMES = 256;
/** The longest name, and the longest service time. */
const NAME_MAX = 256;
const TIME_MAX_MS = 86_400_000;
/** More than a full state needs; a longer text was not written here. */
const TEXT_MAX = 16 * 1024 * 1024;

/** What is saved of miners and kinds of work for a restart. */
export interface SavedState {
  /** Learned caps by hotkey. */
  readonly caps: Map<string, number>;
  /** Verified service times in ms by kind, oldest first. */
  readonly kinds: Map<string, number[]>;
}

/** Reads the valid parts of an untrusted text; never throws. Caps are 1 to 32. */
export function parseState(text: string | null): SavedState {
  const state = read(text);
  return {
    caps: entriesOf(state.caps, HOTKEYS, capOf),
    kinds: entriesOf(state.kinds, KINDS, timesOf),
  };
}

/** What several processes saved: a miner or a kind is as in the text that was saved last. */
export function parseStates(texts: readonly (string | null)[]): SavedState {
  const states = texts
    .map((text) => ({ at: read(text).at, state: parseState(text) }))
    .toSorted((a, b) => timeOf(a.at) - timeOf(b.at));
  return {
    caps: new Map(newest(states.flatMap(({ state }) => [...state.caps])).slice(-HOTKEYS)),
    kinds: new Map(newest(states.flatMap(({ state }) => [...state.kinds])).slice(-KINDS)),
  };
}

/** Of entries of one name the last, in the place of the last. */
function newest<T>(entries: readonly (readonly [string, T])[]): (readonly [string, T])[] {
  const kept = new Map<string, T>();
  for (const [name, value] of entries) {
    kept.delete(name);
    kept.set(name, value);
  }
  return [...kept];
}

function timeOf(at: unknown): number {
  return typeof at === "number" && at >= 0 ? at : 0;
}

/** The newest caps and times, within the bounds. `at`: when they are saved, Unix ms, where several processes do. */
export function stateText({ caps, kinds }: SavedState, at?: number): string {
  const rounded = [...kinds]
    .slice(-KINDS)
    .map(([kind, times]) => [kind, times.slice(-TIMES).map(tenths)] as const);
  return JSON.stringify({
    version: 1,
    at,
    caps: Object.fromEntries([...caps].slice(-HOTKEYS)),
    kinds: Object.fromEntries(rounded),
  });
}

interface Raw {
  readonly version?: unknown;
  readonly caps?: unknown;
  readonly kinds?: unknown;
  readonly at?: unknown;
}

function read(text: string | null): Raw {
  if (text === null || text.length > TEXT_MAX) return {};
  try {
    const value: Raw = JSON.parse(text) ?? {};
    return value.version === 1 ? value : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The last `most` entries with a valid value. */
function entriesOf<T>(raw: unknown, most: number, sense: (value: unknown) => T | null): Map<string, T> {
  const found: [string, T][] = [];
  for (const [name, value] of isRecord(raw) ? Object.entries(raw) : []) {
    const parsed = name.length >= 1 && name.length <= NAME_MAX ? sense(value) : null;
    if (parsed !== null) found.push([name, parsed]);
  }
  return new Map(found.slice(-most));
}

function capOf(value: unknown): number | null {
  if (typeof value !== "number" || !(value >= 1)) return null;
  return Math.min(CAP_MAX, Math.floor(value));
}

function timesOf(value: unknown): number[] | null {
  if (!Array.isArray(value)) return null;
  const times = value
    .slice(-TIMES)
    .filter((ms): ms is number => typeof ms === "number" && ms >= 0 && ms <= TIME_MAX_MS);
  return times.length === 0 ? null : times;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
