import type { DatabaseSync } from "node:sqlite";
import type { WorkBucket, WorkDelta } from "../../../flow/job.ts";
import { bucketOf } from "../../records/work.ts";
import { bucketWriter } from "./buckets.ts";
import { scan, write } from "./operation.ts";
import { noCounts, tallier } from "./tally.ts";

/** Rows per step, as for credits: about 2 ms. */
const STEP_ROWS = 2048;

/** `snapshot`: see `creditOperations`. */
export function workOperations(db: DatabaseSync, snapshot: DatabaseSync) {
  const addToBucket = bucketWriter(db);
  const tally = tallier(db);
  const struck = db.prepare("SELECT 1 FROM strikes WHERE hotkey = ? AND at >= ? LIMIT 1");
  const since = snapshot.prepare("SELECT * FROM work WHERE start >= ? ORDER BY start, lane, hotkey");

  const add = ({ lane, hotkey, at, block, credit, debit, accepted, failed }: WorkDelta): void => {
    // Work from before a strike that is recorded after it is forfeited too.
    const unverified = struck.get(hotkey, at) === undefined ? credit : 0;
    addToBucket({ lane, hotkey, at, verified: 0, unverified, debit, results: accepted + failed });
    tally.sight(hotkey, block, { ...noCounts, submitted: accepted, accepted });
  };

  return {
    addWork: write((deltas: readonly WorkDelta[]): void => deltas.forEach(add)),
    work: scan(function* (from: number): Generator<undefined, WorkBucket[]> {
      const buckets: WorkBucket[] = [];
      for (const row of since.iterate(from)) {
        buckets.push(bucketOf(row));
        if (buckets.length % STEP_ROWS === 0) yield;
      }
      return buckets;
    }),
  };
}
