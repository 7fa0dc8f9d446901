import type { OpenSample, SampledEnd } from "../../../flow/job.ts";
import { openSampleOf } from "../../records/openSample.ts";
import { integer } from "../../records/rows.ts";
import type { BucketAdd } from "../../records/work.ts";
import { first, type Sql, statement } from "../sql.ts";
import { addToBuckets } from "./buckets.ts";
import { append, type Line, type LogEnd, lockedEnds, storeLines } from "./lines.ts";
import { write } from "./operation.ts";
import { forfeit, recordStrike } from "./strike.ts";
import { newestId } from "./submissions/load.ts";
import { count, sight } from "./tally.ts";
import { settleJobs } from "./updateCustomerJob.ts";

const epochsOf = statement(
  "epochs_of_samples",
  `SELECT DISTINCT o.epoch FROM unnest($1::text[], $2::text[]) q(job_id, hotkey)
   JOIN open_samples o ON o.job_id = q.job_id AND o.hotkey = q.hotkey ORDER BY o.epoch`,
);
const take = statement(
  "take_samples",
  `DELETE FROM open_samples o USING unnest($1::text[], $2::text[]) q(job_id, hotkey)
   WHERE o.job_id = q.job_id AND o.hotkey = q.hotkey RETURNING o.*`,
);

const noCounts = { submitted: 0, accepted: 0, rejected: 0, void: 0 } as const;

interface Ending {
  readonly sample: OpenSample;
  readonly end: SampledEnd;
}

/** Takes the samples that are still open, each once, in the order given, and the ends of their logs. */
async function taken(
  sql: Sql,
  given: readonly SampledEnd[],
): Promise<{ endings: Ending[]; ends: Map<number, LogEnd> }> {
  const asked = [given.map(({ jobId }) => jobId), given.map(({ hotkey }) => hotkey)];
  // The logs are locked before the samples, as everywhere.
  const epochs = (await sql.rows(epochsOf, asked)).map((row) => integer(row, "epoch"));
  const ends = await lockedEnds(sql, epochs);
  const rows = new Map(
    (await sql.rows(take, asked)).map(openSampleOf).map((sample) => [keyOf(sample), sample]),
  );
  const endings: Ending[] = [];
  for (const end of given) {
    const sample = rows.get(keyOf(end));
    if (sample === undefined) continue;
    rows.delete(keyOf(end));
    endings.push({ sample, end });
  }
  return { endings, ends: new Map(ends.map((end) => [end.epoch, end])) };
}

const keyOf = ({ jobId, hotkey }: Pick<OpenSample, "jobId" | "hotkey">): string =>
  JSON.stringify([jobId, hotkey]);

function verdictLine(ends: ReadonlyMap<number, LogEnd>, { sample, end }: Ending): Line {
  const { jobId, epoch, lane, hotkey } = sample;
  const { state, verified, code, answerSha256 } = end;
  const log = ends.get(epoch);
  if (log === undefined) throw new RangeError(`epoch ${epoch} has no log`);
  return append(log, {
    ...{ type: "verdict", epoch, lane, hotkey, work_id: jobId, receipt_id: null },
    ...{ state, verified, code, answer_sha256: answerSha256 },
  });
}

function payOf({ sample: { lane, hotkey }, end: { at, credit, verified } }: Ending): BucketAdd {
  const paid = verified ? { verified: credit, unverified: 0 } : { verified: 0, unverified: credit };
  return { lane, hotkey, at, ...paid, debit: 0, results: 1 };
}

/** Pays and punishes in the order of the ends: a strike forfeits what was paid before it. */
async function settle(sql: Sql, endings: readonly Ending[]): Promise<void> {
  let unpaid: BucketAdd[] = [];
  for (const ending of endings) {
    const { sample, end } = ending;
    if (end.state === "accepted") unpaid.push(payOf(ending));
    if (end.strike === null && !end.forfeits) continue;
    await addToBuckets(sql, unpaid);
    unpaid = [];
    if (end.strike !== null) {
      const newest = integer(await first(sql, newestId), "id");
      await recordStrike(sql, end.strike, newest);
    } else await forfeit(sql, sample.hotkey);
  }
  await addToBuckets(sql, unpaid);
}

/** Ends customers' jobs together with what pays for their answers. Throws on an answer that cannot be recorded. */
async function deliver(sql: Sql, endings: readonly Ending[]): Promise<void> {
  const updates = endings.map(({ end }) => end.delivers).filter((update) => update !== undefined);
  if (updates.length === 0) return;
  for (const outcome of await settleJobs(sql, updates)) if ("error" in outcome) throw outcome.error;
}

/** In order: a miner that is not on record is counted from its first sighting on. */
async function tally(sql: Sql, endings: readonly Ending[]): Promise<void> {
  for (let from = 0; from < endings.length; ) {
    const isSeen = endings[from]?.end.answerSha256 !== null;
    let to = from + 1;
    while (to < endings.length && (endings[to]?.end.answerSha256 !== null) === isSeen) to++;
    const run = endings.slice(from, to).map(({ sample, end }) => ({
      ...{ hotkey: sample.hotkey, block: end.block },
      counts: { ...noCounts, submitted: isSeen ? 1 : 0, [end.state]: 1 },
    }));
    await (isSeen ? sight(sql, run) : count(sql, run));
    from = to;
  }
}

export const sampleOperations = {
  /** Ends sampled jobs. Epoch, lane and hotkey are those recorded at the draw. */
  endSamples: write(async (sql: Sql, given: readonly SampledEnd[]): Promise<string[]> => {
    if (given.length === 0) return [];
    const { endings, ends } = await taken(sql, given);
    const lines = endings.map((ending) => verdictLine(ends, ending));
    const stored = [...ends.values()].flatMap((end) =>
      storeLines(
        sql,
        end,
        lines.filter(({ epoch }) => epoch === end.epoch),
      ),
    );
    await Promise.all(stored);
    await tally(sql, endings);
    await settle(sql, endings);
    await deliver(sql, endings);
    return endings.map(({ end }) => end.jobId);
  }),
};
