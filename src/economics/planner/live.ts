import type { PlanTexts } from "./fields.ts";

/** How a running validator verifies one lane. */
interface PlannedLane {
  readonly rate: string;
  /** `reject` or `strike`. */
  readonly penalty: string;
}

interface Share {
  readonly share: number;
}

/** What a running validator tells of the inputs of a plan: a part of its status. */
export interface PlannedStatus {
  readonly lanes: readonly PlannedLane[];
  readonly tempo: number;
  readonly block_ms: number;
  readonly judge: {
    readonly strikes: number;
    readonly window_blocks: number;
    readonly suspension_tempos: number;
    readonly cold_start_blocks: number;
  };
  readonly economics: {
    readonly validators: readonly Share[];
    readonly validators_total: number;
    readonly ours: (Share & { readonly rank: number }) | null;
    readonly income_per_day: number | null;
  } | null;
}

export interface LiveTexts {
  readonly texts: PlanTexts;
  /** Inputs that it does not tell, and why. */
  readonly missing: readonly { readonly key: keyof PlanTexts; readonly why: string }[];
  /** Why there is no plan for this validator; null when there is one. */
  readonly fault: string | null;
}

/** The lane that the plan is for: one where a wrong answer costs a strike, else the first. */
function plannedLane({ lanes }: PlannedStatus): PlannedLane | undefined {
  const [strike] = lanes.filter(({ penalty }) => penalty === "strike");
  return strike ?? lanes[0];
}

function settingTexts(status: PlannedStatus): PlanTexts {
  const { judge, tempo, block_ms } = status;
  const lane = plannedLane(status);
  return {
    ...(lane === undefined ? {} : { rate: lane.rate }),
    strikes: String(judge.strikes),
    window_blocks: String(judge.window_blocks),
    suspension_tempos: String(judge.suspension_tempos),
    cold_start_blocks: String(judge.cold_start_blocks),
    tempo_blocks: String(tempo),
    block_seconds: String(block_ms / 1000),
  };
}

/** The stakes as percents, ours among them wherever it ranks. */
function stakeTexts({ economics }: PlannedStatus, given: PlanTexts): PlanTexts {
  if (economics === null || given.stakes !== undefined) return {};
  const { validators, ours } = economics;
  const isListed = ours !== null && ours.rank <= validators.length;
  const shares = [...validators, ...(ours === null || isListed ? [] : [ours])].map(({ share }) => share);
  const stakes = shares.map((share) => String(Number((100 * share).toPrecision(12)))).join(",");
  return ours === null ? { stakes } : { stakes, ours: String(Math.min(ours.rank, shares.length)) };
}

function faultOf({ economics }: PlannedStatus, given: PlanTexts): string | null {
  const isOpen = economics !== null && economics.ours === null;
  if (!isOpen || given.stakes !== undefined || given.ours !== undefined) return null;
  return `this validator is not among the ${economics.validators_total} validators with a stake, so its share is not known; say which of them to plan for with --ours (1 is the largest)`;
}

/** The inputs of a plan on live numbers; `given` says what need not be known. */
export function liveTexts(
  status: PlannedStatus,
  { jobsPerTempo, given }: { readonly jobsPerTempo: number | null; readonly given: PlanTexts },
): LiveTexts {
  const income = status.economics?.income_per_day ?? null;
  const told: [keyof PlanTexts, boolean, string][] = [
    ["stakes", status.economics !== null, "the chain states no stakes"],
    ["income_per_day", income !== null, "the chain does not state what miners earn"],
    ["jobs_per_tempo", jobsPerTempo !== null, "no miner has delivered within the last tempo"],
  ];
  return {
    texts: {
      ...settingTexts(status),
      ...stakeTexts(status, given),
      ...(income === null ? {} : { income_per_day: String(income) }),
      ...(jobsPerTempo === null ? {} : { jobs_per_tempo: String(Math.max(1, Math.round(jobsPerTempo))) }),
    },
    missing: told.flatMap(([key, isKnown, why]) =>
      isKnown || given[key] !== undefined ? [] : [{ key, why }],
    ),
    fault: faultOf(status, given),
  };
}
