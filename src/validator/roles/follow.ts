import type { Mirror } from "../../judge/mirror.ts";
import type { Parts } from "../parts.ts";
import type { Timers } from "../timers.ts";
import { coalesced } from "./coalesced.ts";

/** Nudges make it sooner; a nudge that is lost costs this much, ms. */
const every = {
  /** Undecided submissions of processes that are gone, or that do not check. */
  pending: 500,
  standing: 1000,
  /** All standing: who was seen first when. */
  standingAnew: 60_000,
  /** Customers' tokens that another process made or revoked. */
  tokens: 5000,
} as const;

/** What a process does to see what others that share the store do. */
export function followOthers(parts: Parts, mirror: Mirror, timers: Timers): void {
  const { membership, verifier, trusted, store, log } = parts;
  const failed = (error: unknown): void => log.warn("follow_failed", { cause: String(error) });
  const hear = (topic: Parameters<typeof store.listen>[0], job: () => Promise<void>, ms: number): void => {
    const run = coalesced(job, failed);
    const end = store.listen(topic, run);
    timers.every(topic, ms, run);
    timers.atStop(end);
  };
  hear("standing", () => mirror.follow(), every.standing);
  timers.every("standing_anew", every.standingAnew, () => mirror.reload());
  timers.every("tokens_anew", every.tokens, () => parts.customerTokens.reload());
  if (membership.roles.has("verify"))
    hear(
      "pending",
      async () => {
        if (trusted.isTrusted()) await verifier.recover();
      },
      every.pending,
    );
  const { backlog } = parts;
  if (backlog !== null) timers.every("backlog", every.pending, () => backlog.refresh());
}
