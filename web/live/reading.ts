import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { read } from "../read/api.ts";
import { type Problem, problemFrom } from "../read/problem.ts";
import type { Resource } from "../read/resources.ts";
import { onLive } from "./bus.ts";
import { nowMs } from "./clock.ts";
import type { LiveName } from "./liveEvents.ts";

/** What is known of a document: the last answer and its age, and the last problem if the newest attempt failed. */
export interface Reading<T> {
  readonly data: T | null;
  /** When `data` was read, Unix ms. */
  readonly at: number | null;
  readonly problem: Problem | null;
  readonly isLoading: boolean;
}

export interface ReadingOptions {
  /** Reads again this often while the page is looked at. */
  readonly everyMs?: number;
  /** Reads again soon after one of these events. */
  readonly on?: readonly LiveName[];
}

const nothing = { data: null, at: null, problem: null, isLoading: false } as const;

/** Answers of the places visited last, shown while they are read anew. At most this many; the oldest is dropped. */
const keptMax = 64;
const kept = new Map<string, { readonly data: unknown; readonly at: number }>();

function keep(path: string, data: unknown, at: number): void {
  kept.delete(path);
  kept.set(path, { data, at });
  const [oldest] = kept.keys();
  if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
}

/** Forgets all answers: they may have been the operator's. */
export const forgetReadings = (): void => kept.clear();

function first<T>(key: string): Reading<T> {
  const before = kept.get(key) as { data: T; at: number } | undefined;
  return before === undefined ? { ...nothing, isLoading: true } : { ...nothing, ...before, isLoading: true };
}

/** How soon after an event: several in a row cost one request. */
const soonMs = 400;

/** Reads with `load` whenever the key changes, and again as the options say. `key` null: nothing to read. */
export function useLoaded<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  { everyMs, on }: ReadingOptions = {},
): { readonly reading: Reading<T>; readonly again: () => void } {
  const state = useSignal<Reading<T>>(key === null ? nothing : first<T>(key));
  const turn = useSignal(0);
  const loader = useRef(load);
  const shown = useRef<string | null>(null);
  loader.current = load;
  const turnNow = turn.value;
  useEffect(() => {
    if (key === null) {
      state.value = nothing;
      return;
    }
    const abort = new AbortController();
    state.value = shown.current === key ? { ...state.peek(), isLoading: true } : first<T>(key);
    shown.current = key;
    loader
      .current(abort.signal)
      .then((data) => {
        keep(key, data, nowMs());
        if (!abort.signal.aborted) state.value = { data, at: nowMs(), problem: null, isLoading: false };
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        state.value = { ...state.peek(), problem: problemFrom(error), isLoading: false };
      });
    return () => abort.abort();
  }, [key, turnNow]);
  useEffect(() => {
    if (everyMs === undefined || key === null) return;
    const timer = setInterval(() => {
      if (!document.hidden) turn.value++;
    }, everyMs);
    return () => clearInterval(timer);
  }, [key, everyMs]);
  const names = on?.join(" ") ?? "";
  useEffect(() => {
    if (names === "" || key === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onLive(names.split(" ") as LiveName[], () => {
      clearTimeout(timer);
      timer = setTimeout(() => turn.value++, soonMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [key, names]);
  const view = useComputed(() => state.value);
  return { reading: view.value, again: () => void turn.value++ };
}

/** A document, read now and again as the options say; `null` reads nothing. */
export function useReading<T>(resource: Resource<T> | null, options: ReadingOptions = {}) {
  return useLoaded<T>(resource?.path ?? null, (signal) => read<T>(resource ?? { path: "" }, signal), options);
}
