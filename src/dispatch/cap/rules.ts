/** Every number of the cap control, with its reason. Times in ms; rates per ms; shares of 1. */
export const capRules = {
  /** At most this cap is restored: what an earlier run learned may no longer hold. */
  restoredMax: 32,
  /** More jobs in flight at one miner are never worth their memory. */
  max: 8192,
  /** Before this many results a miner is not known, and has one job in flight. */
  warmResults: 100,
  /** A miner that failed more than this share of its first results starts at 1, whatever was restored. */
  warmFailedMax: 50,
  /** Interval of `step`, and the width of a bin: long enough to count in, short enough to follow changes. */
  stepMs: 15_000,
  /** Bins per rate: 90 s, or that many service times, so that jobs that come back together are not a burst. */
  windowBins: 6,
  windowTimes: 4,
  /** Bins kept: the max filter looks back 10 minutes, past pauses that are not the miner's. */
  keptBins: 40,
  /** Headroom over what the rate needs: a miner never waits for the next job, and queues at most half a service time. */
  headroom: 1.5,
  /** No job should be at a miner for longer, waiting included: well below the longest deadline. */
  awayMs: 120_000,
  /** Share of the cap, at least 1 job, that one step moves: it doubles in two minutes, slowly enough to notice memory pressure. */
  step: 0.1,
  /**
   * A miner that fails more of its results than this has no headroom for a while: jobs that wait in its queue may be the ones
   * that come too late, and every failure costs it. At least `failingLeast` failures, with a memory of about ten steps.
   */
  failingShare: 0.1,
  failingLeast: 4,
  failingMemory: 0.9,
  tightMs: 3_600_000,
  /** The cap comes down only when it is this many times its target: noise of the rate does not move it. */
  deadBand: 1.25,
  /** Without a delivery for this time the miner is idle, and its outdated cap comes down by 1 per step. */
  idleMs: 600_000,
  /** Share of the time in which the cap must hold jobs back to count as limiting the rate. */
  boundShare: 0.5,

  /** Kinds of work whose best time is kept per miner; the least recently seen one is dropped. */
  kinds: 32,
  /** Best times that are combined: enough for a median over several kinds. */
  bests: 64,
  /** A best time is believed for a day without a faster one. */
  bestMs: 86_400_000,

  /** A measurement ends at the first of these: many deliveries in a short time, or fewer in a longer one. */
  measures: [
    { ms: 30_000, count: 512 },
    { ms: 90_000, count: 128 },
    { ms: 600_000, count: 32 },
    { ms: 1_800_000, count: 8 },
  ],
  /** At a cap of 1 the next cap is twice that, and deliveries fewer by this factor distinguish the rates. */
  atOne: 4,
  /** A measurement that did not end by then starts over: it is outdated. */
  measureMaxMs: 3_600_000,
  /** Before a measurement the jobs under way at the former cap must come back: one time in flight, within these bounds. */
  settleMinMs: 15_000,
  settleMaxMs: 180_000,
  /** A raise on trial: `sqrt(raiseNoise / deliveries)`, so that its gain would be four deviations of the count. */
  raiseNoise: 32,
  raiseMin: 0.25,
  /** A larger raise would make a miner at its limit miss deadlines: with the headroom this is 2.25 service times. */
  raiseMax: 0.5,
  /** A raise that makes the miner fail ends at once: from `raiseFailures` on, when their share rose by `raiseFailureShare`. */
  raiseFailures: 4,
  raiseFailureShare: 0.1,
  /** A raise is kept when the rate gains at least this share of the gain of the cap. */
  follows: 0.5,
  /** And at least this many deviations of the count, for slow deliveries. */
  followsNoise: 1.5,
  /** A cut is taken back when the rate loses this share of the loss of the cap: less, since part of the cap may be idle. */
  loses: 0.25,
  /** A rate that moved by more than this many times the move of the cap has another cause. */
  explains: 2,
  /** Delay after a raise that gained nothing; doubles up to the maximum, so that an equilibrium is left alone. */
  retryMs: 120_000,
  retryMaxMs: 1_920_000,
  /** The delay in lengths of the trial, for slow kinds. */
  retryTrials: 4,
  /** No other trial for this time after a cut that was taken back. */
  quietMs: 600_000,
  /** The delay starts over when the rate differs by this share from that at the failed raise. */
  otherRate: 0.25,
  /** A service time found by trial holds for `provenMs`, or `provenTrials` times the length of the trial. */
  provenMs: 3_600_000,
  provenTrials: 10,
  /** It holds up to this multiple of the cap at which it was found. */
  provenReach: 2,
} as const;
