import type { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../../core/problems/assayError.ts";
import type { DrawGroup } from "../../../flow/draw.ts";
import type { OpenSample } from "../../../flow/job.ts";
import { openSampleOf, sampledJob } from "../../records/openSample.ts";
import { integer, text } from "../../records/rows.ts";
import type { ChainLog, LogEnd } from "./chainLog.ts";
import { read, write } from "./operation.ts";

export function drawOperations(db: DatabaseSync, log: ChainLog, now: () => number) {
  const epochOf = db.prepare("SELECT closed_at, log_head, log_length FROM epochs WHERE epoch = ?");
  const insert = db.prepare(
    "INSERT INTO open_samples (job_id, hotkey, epoch, lane, owner) VALUES (?, ?, ?, ?, ?)",
  );
  const open = db.prepare(`SELECT * FROM open_samples
    WHERE NOT EXISTS (SELECT 1 FROM nodes n WHERE n.token = owner AND n.until > ?)
    ORDER BY epoch, job_id, hotkey LIMIT ?`);

  /** The end of the epoch's log. An epoch closes when the second after it has begun, so that is at least the current one. */
  const endOf = (epoch: number): LogEnd => {
    const row = epochOf.get(epoch);
    if (row === undefined) throw new RangeError(`epoch ${epoch} takes no draw before its commitment`);
    if (row.closed_at !== null) throw new AssayError({ code: "epoch_expired", epoch, current: epoch + 2 });
    return { epoch, head: text(row, "log_head"), length: integer(row, "log_length") };
  };

  const record = (group: DrawGroup): void => {
    const { epoch, lane, hotkeys, rows } = group;
    if (rows.length === 0) return;
    log.append(endOf(epoch), { type: "draws", epoch, lane, hotkeys, rows });
    for (const row of rows) {
      const sampled = sampledJob(group, row);
      if (sampled !== null) insert.run(sampled.jobId, sampled.hotkey, epoch, lane, group.node ?? 0);
    }
  };

  return {
    /** One savepoint for all groups: a refusal of one of them undoes the others. */
    recordDraws: write((groups: readonly DrawGroup[]): void => groups.forEach(record)),
    openSamples: read((limit: number): OpenSample[] => open.all(now(), limit).map(openSampleOf)),
  };
}
