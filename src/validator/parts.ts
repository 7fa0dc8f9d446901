import type { Admission } from "../admit/admission.ts";
import type { Challenges } from "../challenge/challenges.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import type { Signer } from "../core/ed25519.ts";
import type { Hotkey } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Random } from "../core/random.ts";
import type { Chain } from "../flow/chain.ts";
import type { Lane } from "../flow/lane.ts";
import type { Pool } from "../flow/pool.ts";
import type { Store } from "../flow/store.ts";
import type { Judge } from "../judge/judge.ts";
import type { MetricRegistry } from "../observe/metrics.ts";
import type { Sampler } from "../sample/sampler.ts";
import type { SubmissionVerifier } from "../verify/submissions/submissionVerifier.ts";
import type { Weigher } from "../weigh/weigher.ts";
import type { PushParts } from "./assemblePush.ts";

/** Everything that runs in a validator, as the composition root made it. */
export interface Parts {
  readonly config: Config;
  readonly version: string;
  readonly dataDir: string;
  readonly hotkey: Hotkey;
  readonly signer: Signer;
  readonly adminToken: string;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly store: Store;
  readonly chain: Chain;
  readonly pool: Pool;
  readonly challenges: Challenges;
  readonly sampler: Sampler;
  readonly judge: Judge;
  readonly verifier: SubmissionVerifier;
  readonly admission: Admission;
  readonly weigher: Weigher;
  /** Null where no jobs are handed out. */
  readonly push: PushParts | null;
  readonly metrics: MetricRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
