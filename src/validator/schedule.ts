import { recordHeight } from "./identity.ts";
import type { Parts, PushParts } from "./parts.ts";
import { followOthers } from "./roles/follow.ts";
import type { Timers } from "./timers.ts";

/** Intervals of the timers, ms. No decision depends on them, so a late tick only delays. */
export const every = {
  /** Epoch turns and closings. */
  sampler: 2000,
  /** Reverse indexes at the turn of an epoch. */
  indexes: 2000,
  /** Rows that a crash or an outage left undecided. */
  recover: 2000,
  /** Room on the disk, and whether new work is taken. */
  disk: 2000,
  /** Notes the time, and logs a doubt. */
  clock: 10_000,
  /** Pruning of history. */
  judge: 60_000,
  chain: 30_000,
  /** What the miners deliver, for the economics; it changes over hours. */
  economy: 60_000,
  /** Soon after a start, and often: little is due at a time. */
  retention: 60_000,
  /** The height on record, so that one that fell is noticed at a start. */
  height: 60_000,
  /** Deadlines of jobs, caps, accounts. */
  dispatch: 250,
  /** Saving of the learned caps for a restart. */
  dispatchState: 60_000,
  canary: 1000,
  /** When customers' tokens were last used. */
  tokens: 60_000,
  /** Dialled miners: new, moved and suspended ones. */
  dialling: 2000,
} as const;

/** The most epochs that audits and weights look back, beyond the window. */
const EPOCHS_KEPT = 168;

/** How long an operator can fetch the answer of a job. */
const JOBS_KEPT_MS = 7 * 86_400_000;

/** How long a strike keeps the answer that was judged; its hash and the verdict stay. */
const EXHIBITS_KEPT_MS = 7 * 86_400_000;

async function retain({ clock, chain, epochs, config, membership, log }: Parts): Promise<void> {
  const block = chain.block();
  const keepSolvesSince = clock.nowMs() - config.weigh.window_hours * 3_600_000;
  const current = epochs.at(clock.nowMs());
  const beforeEpoch = current.epoch - EPOCHS_KEPT;
  const endedBefore = current.beginsAt - EPOCHS_KEPT * current.hours * 3_600_000;
  // The next epoch is on record already, and nothing of this count is later.
  const afterEpoch = Math.max(current.epoch, epochs.after(current).epoch);
  const keepJobsSince = clock.nowMs() - JOBS_KEPT_MS;
  const keepExhibitsSince = clock.nowMs() - EXHIBITS_KEPT_MS;
  const { dropped } = await membership.leaderStore.applyRetention({
    ...{ beforeEpoch, afterEpoch, endedBefore },
    ...{ keepSolvesSince, keepJobsSince, keepExhibitsSince, sessionsEndedBy: clock.nowMs() },
    // What judge forgets too; with the height unknown nobody is dropped.
    ...(block === null ? {} : { keepSeenSince: block - config.judge.retention_blocks }),
  });
  if (dropped > 0) log.info("retention", { dropped, before_epoch: beforeEpoch });
}

/** The leader weighs, others stand by. Who was seen first when may be on record of another process since the last time. */
export async function weigh({
  weigher,
  mirror,
  membership,
}: Pick<Parts, "weigher" | "mirror" | "membership">): Promise<void> {
  if (!membership.isLeader()) {
    if (membership.roles.has("weigh")) await weigher.standBy();
    return;
  }
  if (mirror !== null && (await weigher.isDue())) await mirror.reload();
  await weigher.tick();
}

function schedulePush({ dispatcher, canary, dialling, shared }: PushParts, timers: Timers): void {
  shared?.schedule(timers);
  timers.every("dispatch", every.dispatch, () => dispatcher.tick());
  timers.every("dispatch_state", every.dispatchState, () => dispatcher.save());
  timers.every("dialling", every.dialling, () => dialling.refresh());
  timers.every("canary", every.canary, () => canary.tick());
}

/** Starts every periodic job of a validator. */
export function schedule(parts: Parts, timers: Timers): void {
  /** Closes, drops or decides nothing by a time that may be wrong. */
  const believed = (job: () => Promise<void> | void) => () => (parts.trusted.isTrusted() ? job() : undefined);
  /** What one process does for all. */
  const leading = (job: () => Promise<void>) => async () => {
    if (parts.membership.isLeader()) await job();
  };
  if (parts.mirror !== null) followOthers(parts, parts.mirror, timers);
  timers.every("disk", every.disk, async () => {
    await parts.disk.look();
    parts.intake.expose();
  });
  timers.every("clock", every.clock, () => parts.trusted.tick());
  const blockMs = Math.min(Math.max(parts.config.chain.block_ms / 2, 100), 6000);
  timers.every("weigher", blockMs, () => weigh(parts));
  timers.every(
    "sampler",
    every.sampler,
    believed(() => parts.sampler.tick()),
  );
  timers.every(
    "indexes",
    every.indexes,
    believed(() => parts.challenges.turn()),
  );
  timers.every(
    "recover",
    every.recover,
    believed(async () => {
      if (parts.membership.roles.has("verify")) await parts.verifier.recover();
    }),
  );
  timers.every(
    "judge",
    every.judge,
    believed(() => parts.judge.tick()),
  );
  timers.every("chain", every.chain, () => parts.chain.refresh());
  timers.every("economy", every.economy, () => parts.economy.refresh());
  if (parts.push !== null) schedulePush(parts.push, timers);
  timers.every(
    "height",
    every.height,
    believed(leading(() => recordHeight(parts.store, parts.chain.block()))),
  );
  timers.every("tokens", every.tokens, () => parts.customerTokens.flush());
  timers.every("retention", every.retention, believed(leading(() => retain(parts))));
}
