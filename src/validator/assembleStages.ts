import type { Signer } from "../core/ed25519.ts";
import type { EpochCalendar } from "../core/epochs.ts";
import type { Metrics } from "../core/metrics.ts";
import type { ChallengeTerms, SamplePolicy } from "../flow/draw.ts";
import type { Lane } from "../flow/lane.ts";
import type { ReasonLedger } from "../flow/reasons.ts";
import { Recorded } from "../judge/conclude/recorded.ts";
import { StrikeConcluder } from "../judge/conclude/strikes.ts";
import { Judge } from "../judge/judge.ts";
import type { JudgeModules, JudgeOptions } from "../judge/ports.ts";
import { calendarOf } from "../sample/calendar.ts";
import { RestoredEpochs } from "../sample/restoredEpochs.ts";
import { Sampler, type SamplerModules } from "../sample/sampler.ts";
import { Weigher, type WeigherModules, type WeigherOptions } from "../weigh/weigher.ts";
import type { StartModules } from "./startOptions.ts";

/** The stages that lanes of both modes share. */
export interface SharedStages {
  readonly epochs: EpochCalendar;
  readonly sampler: Sampler;
  readonly judge: Judge;
  readonly strikes: StrikeConcluder;
  readonly recorded: Recorded;
  readonly weigher: Weigher;
}

export interface SharedStagesOptions {
  /** Of epochs that are not on record yet. */
  readonly epochHours: number;
  readonly policy: SamplePolicy;
  /** Null or left out where no challenges are issued. */
  readonly terms?: ChallengeTerms | null;
  /** Current master secret first, then the previous one, if any. */
  readonly masters: readonly Uint8Array[];
  readonly judge: JudgeOptions;
  readonly weigher: WeigherOptions;
}

export interface SharedStagesModules extends StartModules {
  readonly metrics: Metrics;
  readonly signer: Signer;
  readonly marks: WeigherModules["marks"];
  /** Whether the clock is believed; always, when left out. */
  readonly isTrusted?: () => boolean;
  /** Whether this process is the one that closes epochs; always, when left out. */
  readonly isLeader?: () => boolean;
  readonly lanes: ReadonlyMap<string, Lane>;
  /** Counts why answers earned nothing; nobody does, when left out. */
  readonly reasons?: ReasonLedger;
  readonly store: SamplerModules["store"] & JudgeModules["store"] & WeigherModules["store"];
  /** For what only the leader writes; the same, when left out. */
  readonly leaderStore?: SamplerModules["store"] & WeigherModules["store"];
  readonly chain: JudgeModules["chain"] & WeigherModules["chain"];
}

/** Makes these stages, for the validator and the simulator. Throws what reading the store throws. */
export async function assembleStages(
  { epochHours, policy, terms, masters, judge: judgeOptions, weigher }: SharedStagesOptions,
  modules: SharedStagesModules,
): Promise<SharedStages> {
  const epochs = calendarOf(await modules.store.openEpochs(), epochHours);
  const leading = { ...modules, store: modules.leaderStore ?? modules.store };
  const restored = new RestoredEpochs(modules.store, modules.log);
  const sampler = new Sampler({ epochs, policy, terms: terms ?? null, masters }, { ...leading, restored });
  await sampler.start();
  const judge = await Judge.load(judgeOptions, modules);
  return {
    epochs,
    sampler,
    judge,
    strikes: new StrikeConcluder({ ...modules, judge }),
    recorded: new Recorded(judge, modules.metrics, modules.reasons ?? null),
    weigher: new Weigher(weigher, { ...leading, judge }),
  };
}
