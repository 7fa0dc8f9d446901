import type { Nudges, NudgeTopic } from "../../flow/nudges.ts";
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

type FollowTimers = Pick<Timers, "every" | "atStop">;

function hearing({ store, log }: Pick<Parts, "log"> & { readonly store: Nudges }, timers: FollowTimers) {
  const failed = (error: unknown): void => log.warn("follow_failed", { cause: String(error) });
  return (topic: NudgeTopic, job: () => Promise<void>, ms: number): void => {
    const run = coalesced(job, failed);
    const end = store.listen(topic, run);
    timers.every(topic, ms, run);
    timers.atStop(end);
  };
}

/** Takes over the strikes, suspensions and releases of others. */
export function followStanding(
  parts: Pick<Parts, "log"> & { readonly store: Nudges },
  mirror: Mirror,
  timers: FollowTimers,
): void {
  hearing(parts, timers)("standing", () => mirror.follow(), every.standing);
  timers.every("standing_anew", every.standingAnew, () => mirror.reload());
}

/** What a process does to see what others that share the store do. */
export function followOthers(parts: Parts, mirror: Mirror, timers: Timers): void {
  const { membership, verifier, trusted } = parts;
  followStanding(parts, mirror, timers);
  timers.every("tokens_anew", every.tokens, () => parts.customerTokens.reload());
  if (membership.roles.has("verify"))
    hearing(parts, timers)(
      "pending",
      async () => {
        if (trusted.isTrusted()) await verifier.recover();
      },
      every.pending,
    );
  const { backlog } = parts;
  if (backlog !== null) timers.every("backlog", every.pending, () => backlog.refresh());
}
