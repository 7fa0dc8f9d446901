import { Admission } from "../admit/admission.ts";
import { Challenges } from "../challenge/challenges.ts";
import { resolveMasters } from "../challenge/rotation.ts";
import { epochAt } from "../core/ids.ts";
import { Sessions } from "../epistula/sessions.ts";
import type { Lane } from "../flow/lane.ts";
import type { Pool } from "../flow/pool.ts";
import { SubmissionConcluder } from "../judge/conclude/submissions.ts";
import { SubmissionVerifier } from "../verify/submissions/submissionVerifier.ts";
import type { SharedStages } from "./assembleStages.ts";
import { indexShare } from "./indexShare.ts";
import type { Resources } from "./resources.ts";
import { admissionOptions, challengesOptions, submissionVerifierOptions } from "./stageOptions.ts";
import type { StartModules, StartOptions } from "./startOptions.ts";

/** The stages of the pull lanes: they issue challenges, and take and check the answers. */
export interface PullStages {
  readonly challenges: Challenges;
  readonly verifier: SubmissionVerifier;
  readonly admission: Admission;
}

export interface PullModules extends StartModules, Resources, SharedStages {
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly pool: Pool;
}

export async function assemblePull({ config }: StartOptions, modules: PullModules): Promise<PullStages> {
  const { clock, store, pool, lanes } = modules;
  const epoch = epochAt(clock.nowMs(), config.challenge.epoch_hours);
  const masters = await resolveMasters(modules.secret, modules.previousSecret, epoch, store);
  const challenges = new Challenges(challengesOptions(config, masters, lanes), {
    clock,
    metrics: modules.metrics,
    buildIndex: (place) => pool.run({ kind: "index", ...place }),
    indexShare: (hotkey, prove) => indexShare(modules, hotkey, prove),
  });
  const concluder = new SubmissionConcluder(modules);
  const verifier = new SubmissionVerifier(submissionVerifierOptions(config), {
    ...modules,
    seedOf: (submission) => challenges.seedOf(submission),
    conclude: (submission, verdict) => concluder.conclude(submission, verdict),
  });
  const { sampler, judge, recorded, chain } = modules;
  const admission = new Admission(admissionOptions(config, modules.hotkey), {
    ...modules,
    ...{ challenges, backlog: verifier },
    sessions: new Sessions({ epochHours: config.challenge.epoch_hours }),
    miners: {
      block: () => chain.block(),
      isRegistered: (miner) => chain.isRegistered(miner),
      suspendedUntil: (miner) => judge.suspendedUntil(miner),
    },
    draw: (lane, miner, workId, of) => sampler.draw(lane, miner, workId, of, judge.classesFor(miner)),
    admitted: (submission, reservation) => {
      recorded.submission(submission);
      verifier.accept(submission, reservation);
    },
  });
  return { challenges, verifier, admission };
}
