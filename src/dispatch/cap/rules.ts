/** Every number of the cap control, with its reason. Times in ms; rates per ms; shares of 1. */
export const capRules = {
  /** At most this much is restored: what an earlier run learned may not hold any more. */
  restoredMax: 32,
  /** More jobs in flight at one miner are never worth their memory. */
  max: 8192,
  /** Before this many results a miner is not known, and one job in flight is all it can lose. */
  warmResults: 100,
  /** A miner that failed more than this of its first results starts at 1, whatever was restored. */
  warmFailedMax: 50,
  /** How often `step` is meant to be called, and the width of a bin: long enough to count in, short enough to follow. */
  stepMs: 15_000,
  /** Bins of one rate: 90 s, or as many service times, so that jobs that come back together are no burst. */
  windowBins: 6,
  windowTimes: 4,
  /** Bins kept: the max filter looks back 10 minutes, past any pause that is not the miner's own. */
  keptBins: 40,
  /** In flight over what the rate needs: a miner never waits for the next job, and queues at most half a service time. */
  headroom: 1.5,
  /** No job is meant to be away for longer, waiting included: well below the longest deadline. */
  awayMs: 120_000,
  /** Of the cap, at least 1: what one step moves. It doubles in two minutes, slow enough for the host's memory to be noticed. */
  step: 0.1,
  /**
   * A miner that fails more of its results than this has no headroom for a while: what waits in its queue may be what comes too late,
   * and every failure costs it. It takes `failingLeast` failures, counted with a memory of about ten steps.
   */
  failingShare: 0.1,
  failingLeast: 4,
  failingMemory: 0.9,
  tightMs: 3_600_000,
  /** The cap comes down only when it is this many times its target: noise of the rate does not move it. */
  deadBand: 1.25,
  /** Without a delivery for this long the miner is idle, and its cap, which is of the past, comes down by 1 per step. */
  idleMs: 600_000,
  /** Share of the time at which the cap has to hold jobs back before it counts as what limits the rate. */
  boundShare: 0.5,

  /** Kinds of work of which a miner's best time is kept; the one unseen for longest is dropped. */
  kinds: 32,
  /** Best times that are combined: enough for a median over a mix of kinds. */
  bests: 64,
  /** A best time is believed for a day without a faster one. */
  bestMs: 86_400_000,

  /** A measurement ends at the first of these that it meets: many deliveries quickly, or fewer over longer. */
  measures: [
    { ms: 30_000, count: 512 },
    { ms: 90_000, count: 128 },
    { ms: 600_000, count: 32 },
    { ms: 1_800_000, count: 8 },
  ],
  /** At a cap of 1 the next cap is twice as much, and this many times fewer deliveries tell the rates apart. */
  atOne: 4,
  /** A measurement that did not end by then is begun anew: it is about the past. */
  measureMaxMs: 3_600_000,
  /** Before a measurement what was under way at the former cap comes back: one time in flight, within these. */
  settleMinMs: 15_000,
  settleMaxMs: 180_000,
  /** A raise on trial: `sqrt(raiseNoise / deliveries)`, so that what it would gain is four deviations of the count. */
  raiseNoise: 32,
  raiseMin: 0.25,
  /** More would let a miner at its limit run into deadlines: on top of the headroom it is 2.25 service times. */
  raiseMax: 0.5,
  /** A raise that makes the miner fail is over at once: from `raiseFailures` on, when their share is above the former by `raiseFailureShare`. */
  raiseFailures: 4,
  raiseFailureShare: 0.1,
  /** A raise is kept when the rate gains at least this share of what the cap gained. */
  follows: 0.5,
  /** And at least this many deviations of the count, for what comes in too slowly to be sure of. */
  followsNoise: 1.5,
  /** A cut is taken back when the rate loses this share of what the cap lost: less, since a part of the cap may be idle. */
  loses: 0.25,
  /** A rate that moved by more than this many times what the cap did moved for another reason. */
  explains: 2,
  /** Wait after a raise that gained nothing; doubles up to the maximum, so that an equilibrium is left alone. */
  retryMs: 120_000,
  retryMaxMs: 1_920_000,
  /** The wait in lengths of the trial, for slow kinds. */
  retryTrials: 4,
  /** After a cut that was taken back no other trial for this long. */
  quietMs: 600_000,
  /** The rate is another one than at the failed raise, and the wait starts over, when it differs by this share. */
  otherRate: 0.25,
  /** A service time found by trial is believed for `provenMs`, or `provenTrials` times as long as the trial took. */
  provenMs: 3_600_000,
  provenTrials: 10,
  /** What it was found at times this is how far it carries without another trial. */
  provenReach: 2,
} as const;
