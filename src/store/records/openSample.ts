import type { DrawGroup } from "../../flow/draw.ts";
import type { OpenSample } from "../../flow/job.ts";
import { integer, type Row, text } from "./rows.ts";

type Sampled = Pick<OpenSample, "jobId" | "hotkey">;

/** The job of a row, or null when it is not sampled. Most are not, and their last character is enough to tell. */
export function sampledJob({ hotkeys }: DrawGroup, row: string): Sampled | null {
  if (row.endsWith(" 0")) return null;
  const [index, jobId, , sampled] = row.split(" ");
  const hotkey = hotkeys[Number(index)];
  if (sampled !== "1" || jobId === undefined || hotkey === undefined) {
    throw new RangeError(`a row of draws reads "${row}"`);
  }
  return { jobId, hotkey };
}

export function openSampleOf(row: Row): OpenSample {
  return {
    jobId: text(row, "job_id"),
    epoch: integer(row, "epoch"),
    lane: text(row, "lane"),
    hotkey: text(row, "hotkey"),
  };
}
