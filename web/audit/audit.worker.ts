import { runOrder } from "./audit.ts";
import { browserSubtle } from "./ed25519.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import type { Fetch } from "./served.ts";

// The worker of one audit: the page stays at hand while lines are hashed, and can cancel between two chunks of the log.

const stop = new AbortController();
const clock = { monotonicMs: () => performance.now() };
const tell = (message: FromWorker): void => self.postMessage(message);

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "cancel") stop.abort();
  else {
    const get: Fetch = (url, init) => fetch(url, init);
    void runOrder(data.order, { get, clock, signal: stop.signal, subtle: browserSubtle(), tell });
  }
});
