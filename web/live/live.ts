import { computed, signal } from "@preact/signals";
import { read, urlOf } from "../read/api.ts";
import type { LiveDocument, Overview } from "../read/overviewDocument.ts";
import { ApiProblem, type Problem, problemFrom } from "../read/problem.ts";
import { resource, status } from "../read/resources.ts";
import { publishLive } from "./bus.ts";
import { now, nowMs } from "./clock.ts";
import { isLiveName, type LiveEvent, liveNames } from "./liveEvents.ts";

/** What the page knows of the validator at this moment, by events or, where there are none, by asking. */
export interface Live {
  readonly document: LiveDocument | null;
  /** When the validator was last heard, Unix ms. */
  readonly at: number | null;
  readonly by: "events" | "asking";
  readonly problem: Problem | null;
}

export const live = signal<Live>({ document: null, at: null, by: "asking", problem: null });

/** After this long without a word the page says that what it shows is old. Events come every 5 s. */
const staleMs = 15_000;
export const isStale = computed(() => live.value.at !== null && now.value - live.value.at > staleMs);

const askEveryMs = 5000;
/** Where events were refused, they are tried again this often. */
const retryEventsMs = 60_000;

type Message = LiveEvent | { readonly name: "lost" };

function heard(event: LiveEvent): void {
  const isOverview = event.name === "overview";
  const { document } = live.peek();
  live.value = {
    document: isOverview ? { kind: "overview", overview: event.data as Overview } : document,
    at: nowMs(),
    by: "events",
    problem: null,
  };
  publishLive(event);
}

async function ask(): Promise<LiveDocument> {
  try {
    return { kind: "overview", overview: await read(resource<Overview>("v1/overview")) };
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.problem.status !== 404) throw error;
    return { kind: "status", status: await read(status) };
  }
}

async function askOnce(): Promise<void> {
  try {
    live.value = { document: await ask(), at: nowMs(), by: "asking", problem: null };
  } catch (error) {
    live.value = { ...live.peek(), by: "asking", problem: problemFrom(error) };
  }
}

function parsed(name: string, text: string): LiveEvent | null {
  try {
    return isLiveName(name) ? { name, data: JSON.parse(text) } : null;
  } catch {
    return null;
  }
}

/** Holds the stream of events and hands each on; resolves when the stream is refused for good. */
function follow(deliver: (message: Message) => void): Promise<void> {
  const source = new EventSource(urlOf("v1/events"));
  for (const name of liveNames)
    source.addEventListener(name, ({ data }: MessageEvent<string>) => {
      const event = parsed(name, data);
      if (event !== null) deliver(event);
    });
  return new Promise((resolve) => {
    source.addEventListener("error", () => {
      deliver({ name: "lost" });
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      resolve();
    });
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function lead(deliver: (message: Message) => void): Promise<never> {
  for (;;) {
    await follow(deliver);
    await pause(retryEventsMs);
  }
}

/**
 * One tab holds the stream for all tabs of this validator: the one with the lock. The others hear it by broadcast, and one of them
 * takes over when it goes. Browsers give locks to secure contexts only; elsewhere each tab has a stream of its own.
 */
export function startLive(): void {
  const name = `assay.live ${new URL(".", document.baseURI).pathname}`;
  const channel = new BroadcastChannel(name);
  const take = (message: Message) => {
    if (message.name === "lost") void askOnce();
    else heard(message);
  };
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => take(data));
  const deliver = (message: Message) => {
    channel.postMessage(message);
    take(message);
  };
  if (navigator.locks === undefined) void lead(deliver);
  else void navigator.locks.request(name, () => lead(deliver));
  void askOnce();
  setInterval(() => {
    const silence = nowMs() - (live.peek().at ?? 0);
    if (!document.hidden && (live.peek().by === "asking" || silence > staleMs)) void askOnce();
  }, askEveryMs);
}
