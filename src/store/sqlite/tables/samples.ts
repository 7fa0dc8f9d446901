import type { DatabaseSync } from "node:sqlite";
import type { OpenSample, SampledEnd } from "../../../flow/job.ts";
import { openSampleOf } from "../../records/openSample.ts";
import { bucketWriter } from "./buckets.ts";
import type { ChainLog } from "./chainLog.ts";
import { customerUpdater } from "./customerJobs.ts";
import { write } from "./operation.ts";
import { strikeWriter } from "./strike.ts";
import { noCounts, tallier } from "./tally.ts";

/** Ends sampled jobs. Epoch, lane and hotkey are those recorded at the draw. */
export function sampleOperations(db: DatabaseSync, log: ChainLog, now: () => number) {
  const take = db.prepare("DELETE FROM open_samples WHERE job_id = ? AND hotkey = ? RETURNING *");
  const strikes = strikeWriter(db, now);
  const tally = tallier(db);
  const addToBucket = bucketWriter(db);
  const updateCustomer = customerUpdater(db, now);

  const logVerdict = ({ jobId, epoch, lane, hotkey }: OpenSample, end: SampledEnd): void => {
    const { state, verified, code, answerSha256 } = end;
    log.append(log.endOf(epoch), {
      ...{ type: "verdict", epoch, lane, hotkey, work_id: jobId, receipt_id: null },
      ...{ state, verified, code, answer_sha256: answerSha256 },
    });
  };

  const pay = ({ lane, hotkey }: OpenSample, { at, credit, verified }: SampledEnd): void => {
    const paid = verified ? { verified: credit, unverified: 0 } : { verified: 0, unverified: credit };
    addToBucket({ lane, hotkey, at, ...paid, debit: 0, results: 1 });
  };

  const count = ({ hotkey }: OpenSample, { state, answerSha256, block }: SampledEnd): void => {
    if (answerSha256 === null) tally.count(hotkey, { ...noCounts, [state]: 1 });
    else tally.sight(hotkey, block, { ...noCounts, submitted: 1, [state]: 1 });
  };

  /** False when the job is not open. */
  const end = (given: SampledEnd): boolean => {
    const row = take.get(given.jobId, given.hotkey);
    if (row === undefined) return false;
    const sample = openSampleOf(row);
    logVerdict(sample, given);
    if (given.state === "accepted") pay(sample, given);
    count(sample, given);
    if (given.strike !== null) strikes.record(given.strike);
    else if (given.forfeits) strikes.forfeit(sample.hotkey);
    if (given.delivers !== undefined) updateCustomer(given.delivers);
    return true;
  };

  return {
    endSamples: write((ends: readonly SampledEnd[]): string[] => ends.filter(end).map(({ jobId }) => jobId)),
  };
}
