import { AssayError } from "../../core/problems/assayError.ts";
import { answersPerTempo, type Delivered } from "../../economics/volume.ts";
import type { MinerPage, Status } from "../../http/handlers.ts";
import { ask } from "../shared/remote.ts";
import type { PlanTexts } from "./fields.ts";

/** What a running validator tells of the inputs of a plan. */
export interface LiveInputs {
  readonly url: string;
  readonly texts: PlanTexts;
  /** What it cannot tell, and why. */
  readonly missing: readonly string[];
}

const PAGE = 500;
/** 8,500 hotkeys, more than a validator remembers by default. */
const PAGES_MOST = 17;

async function delivered(url: string): Promise<Delivered[]> {
  const found: Delivered[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES_MOST; page++) {
    const query: string = after === null ? "" : `&after=${after}`;
    const { items, next_after }: MinerPage = await ask<MinerPage>(url, `/v1/miners?limit=${PAGE}${query}`);
    for (const { first_seen_block, last_seen_block, counts } of items)
      found.push({ firstSeen: first_seen_block, lastSeen: last_seen_block, accepted: counts.accepted });
    after = next_after;
    if (after === null) break;
  }
  return found;
}

/** The lane that the plan is for: one where a wrong answer costs a strike, the least verified one of these. */
function plannedLane({ lanes }: Status): Status["lanes"][number] | undefined {
  const [strike] = lanes.filter(({ penalty }) => penalty === "strike");
  return strike ?? lanes[0];
}

function settingTexts(status: Status): PlanTexts {
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
function stakeTexts({ economics }: Status, given: PlanTexts): PlanTexts {
  if (economics === null || given.stakes !== undefined) return {};
  const { validators, ours } = economics;
  const isListed = ours !== null && ours.rank <= validators.length;
  const shares = [...validators, ...(ours === null || isListed ? [] : [ours])].map(({ share }) => share);
  const stakes = shares.map((share) => String(Number((100 * share).toPrecision(12)))).join(",");
  if (ours !== null) return { stakes, ours: String(Math.min(ours.rank, shares.length)) };
  if (given.ours !== undefined) return { stakes };
  throw new AssayError({
    code: "usage",
    message: `this validator is not among the ${economics.validators_total} validators with a stake, so its share is not known; say which of them to plan for with --ours (1 is the largest)`,
  });
}

/** Asks a running validator; `given` says what need not be known. */
export async function liveInputs(url: string, given: PlanTexts): Promise<LiveInputs> {
  const status = await ask<Status>(url, "/v1/status");
  const { block, tempo, economics } = status;
  const jobs = block === null ? null : answersPerTempo(await delivered(url), block, tempo);
  const income = economics?.income_per_day ?? null;
  const told: [keyof PlanTexts, boolean, string][] = [
    ["stakes", economics !== null, "the chain states no stakes"],
    ["income_per_day", income !== null, "the chain does not state what miners earn"],
    ["jobs_per_tempo", jobs !== null, "no miner has delivered within the last tempo"],
  ];
  return {
    url,
    texts: {
      ...settingTexts(status),
      ...stakeTexts(status, given),
      ...(income === null ? {} : { income_per_day: String(income) }),
      ...(jobs === null ? {} : { jobs_per_tempo: String(Math.max(1, Math.round(jobs))) }),
    },
    missing: told.flatMap(([key, isKnown, why]) =>
      isKnown || given[key] !== undefined ? [] : [`${key}: ${why}; give --${key.replaceAll("_", "-")}`],
    ),
  };
}
