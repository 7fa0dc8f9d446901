import { hexNumber, RecentMarks } from "../../core/queue/recentMarks.ts";

/** Ended jobs remembered at least, to tell a repeated answer from one to a job that never was. */
const REMEMBERED = 16_384;
/** Where the hex digits of a job id begin. */
const PREFIX = "jb_".length;

/** The jobs that ended last, each at its miner: one that is taken for another gets another code in its refusal, and nothing else. */
export class EndedJobs {
  readonly #marks = new RecentMarks(REMEMBERED);

  add(jobId: string, hotkey: string): void {
    this.#marks.add(markOf(jobId, hotkey), placeOf(jobId));
  }

  has(jobId: string, hotkey: string): boolean {
    return this.#marks.has(markOf(jobId, hotkey), placeOf(jobId));
  }
}

/** Ids are random, so their digits are a hash of themselves; of an address the last characters are. */
function markOf(jobId: string, hotkey: string): number {
  let mark = hexNumber(jobId, PREFIX, PREFIX + 8);
  for (let i = hotkey.length - 1; i >= 0 && i >= hotkey.length - 6; i--)
    mark = Math.imul(mark ^ hotkey.charCodeAt(i), 0x01000193);
  return mark >>> 0;
}

function placeOf(jobId: string): number {
  return hexNumber(jobId, PREFIX + 8, PREFIX + 13);
}
