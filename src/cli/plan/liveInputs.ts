import { AssayError } from "../../core/problems/assayError.ts";
import type { PlanTexts } from "../../economics/planner/fields.ts";
import { liveTexts } from "../../economics/planner/live.ts";
import { answersPerTempo, type Delivered } from "../../economics/volume.ts";
import type { MinerPage, Status } from "../../http/handlers.ts";
import { ask } from "../shared/remote.ts";

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

/** Asks a running validator; `given` says what need not be known. */
export async function liveInputs(url: string, given: PlanTexts): Promise<LiveInputs> {
  const status = await ask<Status>(url, "/v1/status");
  const { block, tempo } = status;
  const jobsPerTempo = block === null ? null : answersPerTempo(await delivered(url), block, tempo);
  const { texts, missing, fault } = liveTexts(status, { jobsPerTempo, given });
  if (fault !== null) throw new AssayError({ code: "usage", message: fault });
  return {
    url,
    texts,
    missing: missing.map(({ key, why }) => `${key}: ${why}; give --${key.replaceAll("_", "-")}`),
  };
}
