import { Admission } from "../admit/admission.ts";
import { Challenges } from "../challenge/challenges.ts";
import { resolveMasters } from "../challenge/rotation.ts";
import { Sessions } from "../epistula/sessions.ts";
import type { Lane } from "../flow/lane.ts";
import type { Pool } from "../flow/pool.ts";
import type { PendingSubmission } from "../flow/submission.ts";
import type { Verdict } from "../flow/verdict.ts";
import { SubmissionConcluder } from "../judge/conclude/submissions.ts";
import { SharedBacklog } from "../verify/submissions/sharedBacklog.ts";
import { SubmissionVerifier } from "../verify/submissions/submissionVerifier.ts";
import { type TakeUpModules, takeUp } from "../verify/submissions/takeUp.ts";
import type { SharedStages } from "./assembleStages.ts";
import { indexShare } from "./indexShare.ts";
import type { Intake } from "./intake/intake.ts";
import type { Resources } from "./resources.ts";
import { admissionOptions, challengesOptions, submissionVerifierOptions } from "./stageOptions.ts";
import type { StartModules, StartOptions } from "./startOptions.ts";
import type { TrustedClock } from "./trustedClock.ts";

/** The stages of the pull lanes: they issue challenges, and take and check the answers. */
export interface PullStages {
  readonly challenges: Challenges;
  readonly verifier: SubmissionVerifier;
  readonly admission: Admission;
  /** Null where this process checks what it admits. */
  readonly backlog: SharedBacklog | null;
}

export interface PullModules extends StartModules, Resources, SharedStages {
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly pool: Pool;
  readonly trusted: Pick<TrustedClock, "require">;
  /** Work is always taken, when left out. */
  readonly intake?: Pick<Intake, "require" | "stop">;
}

export async function assemblePull({ config }: StartOptions, modules: PullModules): Promise<PullStages> {
  const { clock, store, pool, lanes, epochs, sampler, trusted } = modules;
  const { epoch } = epochs.at(clock.nowMs());
  const masters = await resolveMasters(modules.secret, modules.previousSecret, epoch, store);
  const challenges = new Challenges(challengesOptions(config, epochs, masters, lanes), {
    clock,
    metrics: modules.metrics,
    termsOf: (epoch) => sampler.termsOf(epoch),
    buildIndex: (place) => pool.run({ kind: "index", ...place }),
    indexShare: (hotkey, prove) => indexShare(modules, hotkey, prove),
  });
  /** Of any epoch: an answer may be checked long after its epoch. */
  const termsOn = async (epoch: number) =>
    sampler.termsOf(epoch) ?? (await store.epoch(epoch))?.terms ?? null;
  const concluder = new SubmissionConcluder({
    ...modules,
    penaltyOf: async ({ epoch, lane }) => (await termsOn(epoch))?.lanes[lane]?.penalty,
  });
  const conclude = async (submission: PendingSubmission, verdict: Verdict | null): Promise<void> => {
    trusted.require();
    await concluder.conclude(submission, verdict);
  };
  const verifier = new SubmissionVerifier(submissionVerifierOptions(config), {
    ...modules,
    seedOf: (submission) => challenges.seedOf(submission),
    specOf: async ({ epoch, lane, tier }) => (await termsOn(epoch))?.lanes[lane]?.tiers[tier]?.spec,
    conclude,
    ...takingUp({ ...modules, conclude }),
  });
  const { judge, recorded, chain } = modules;
  const isShared = modules.membership.node !== null;
  const checksHere = modules.membership.roles.has("verify");
  const backlog = checksHere
    ? null
    : new SharedBacklog(BACKLOG_MOST, { ...modules, count: (limit) => store.undecided(limit) });
  /** Until the chain has answered nobody is known to be registered. */
  const mayHave = (miner: string): boolean => chain.block() === null || chain.isRegistered(miner);
  const admission = new Admission(admissionOptions(config, modules.hotkey, epochs), {
    ...modules,
    ...{ challenges, backlog: backlog ?? verifier },
    requireClock: () => trusted.require(),
    requireIntake: () => modules.intake?.require(),
    ...(isShared ? { shared: store } : {}),
    sessions: new Sessions({ epochs, isShared }, { store, mayHave }),
    miners: {
      block: () => chain.block(),
      isRegistered: (miner) => chain.isRegistered(miner),
      isNew: (miner) => chain.miners() === null && !judge.knows(miner),
      suspendedUntil: (miner) => judge.suspendedUntil(miner),
    },
    draw: (lane, miner, workId, of) => sampler.draw(lane, miner, workId, of, judge.classesFor(miner)),
    admitted: (submission, reservation) => {
      recorded.submission(submission);
      if (checksHere) verifier.accept(submission, reservation);
      else reservation.release();
    },
  });
  return { challenges, verifier, admission, backlog };
}

/** Undecided submissions past which a process that does not check them admits no more: minutes of work for one that does. */
const BACKLOG_MOST = 4096;

/** Where others share the store, undecided rows are claimed. */
function takingUp(modules: PullModules & Pick<TakeUpModules, "conclude">) {
  const { membership, intake } = modules;
  if (membership.node === null) return {};
  const own = membership.node;
  // A process that drains leaves the rows that it has not claimed to others.
  const node = {
    get token() {
      return own.token;
    },
    takesWork: () => own.takesWork() && intake?.stop() !== "draining",
  };
  return {
    takeUp: (limit: number, except: ReadonlySet<string>) => takeUp({ ...modules, node }, limit, except),
  };
}
