import type { Caller } from "../flow/caller.ts";
import { pushLanes } from "../flow/lane.ts";
import type { PushModules } from "../http/stream/attach.ts";
import type { Closers } from "./closers.ts";
import type { Parts, PushParts } from "./parts.ts";

/** How long a stopping validator waits for jobs in flight, and then for verification. */
const DRAIN_MS = 5000;

/** Options of the stream route; none where no jobs are handed out. */
export function streamsOf({ push, admission, clock, lanes }: Parts): { streams?: PushModules } {
  if (push === null) return {};
  const served = pushLanes(lanes);
  return {
    streams: {
      authenticate: async (caller: Caller) => (await admission.authenticateStream(caller)).hotkey,
      lanes: served.map(({ name }) => name),
      kinds: served.flatMap(({ kinds }) => kinds),
      listener: push.shared?.listener ?? push.dispatcher,
      clock,
    },
  };
}

/** Adds the closing of the push lane: no new jobs, wait for answers, wait for verification, end the rest void. */
export function startPush({ log }: Parts, push: PushParts, closers: Closers): void {
  closers.add("jobs not recorded", () => push.stop.abort());
  closers.add("proof verifier", async () => {
    const left = await push.proofVerifier.drain(DRAIN_MS);
    if (left > 0) log.info("proofs_left", { count: left });
  });
  closers.add("dialling", () => push.dialling.close());
  closers.add("dispatcher", () => push.dispatcher.drain(DRAIN_MS));
}
