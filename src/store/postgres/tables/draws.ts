import { AssayError } from "../../../core/problems/assayError.ts";
import type { DrawGroup } from "../../../flow/draw.ts";
import type { OpenSample } from "../../../flow/job.ts";
import { openSampleOf, sampledJob } from "../../records/openSample.ts";
import { type Sql, statement } from "../sql.ts";
import { append, type Line, type LogEnd, lockedEnds, storeLines } from "./lines.ts";
import { LIVING } from "./nodes.ts";
import { read, write } from "./operation.ts";

const insert = statement(
  "open_samples_insert",
  `INSERT INTO open_samples (job_id, hotkey, epoch, lane, owner)
   SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[])`,
);
const open = statement(
  "open_samples",
  `SELECT * FROM open_samples WHERE owner NOT IN (${LIVING}) ORDER BY epoch, job_id, hotkey LIMIT $1`,
);

/** The ends of the logs of epochs that all take draws. */
async function openEnds(sql: Sql, groups: readonly DrawGroup[]): Promise<Map<number, LogEnd>> {
  const numbers = [...new Set(groups.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const ends = new Map((await lockedEnds(sql, numbers)).map((end) => [end.epoch, end]));
  for (const epoch of numbers) {
    const end = ends.get(epoch);
    if (end === undefined) throw new RangeError(`epoch ${epoch} takes no draw before its commitment`);
    // An epoch closes when the second after it has begun, so that is at least the current one.
    if (end.closed) throw new AssayError({ code: "epoch_expired", epoch, current: epoch + 2 });
  }
  return ends;
}

export const drawOperations = {
  /** A refusal of one of the groups undoes the others. */
  recordDraws: write(async (sql: Sql, given: readonly DrawGroup[]): Promise<void> => {
    const groups = given.filter(({ rows }) => rows.length > 0);
    if (groups.length === 0) return;
    const sampled = groups.flatMap((group) =>
      group.rows.flatMap((row) => {
        const job = sampledJob(group, row);
        return job === null ? [] : [{ ...job, epoch: group.epoch, lane: group.lane, node: group.node ?? 0 }];
      }),
    );
    const ends = await openEnds(sql, groups);
    const lines = groups.map(({ epoch, lane, hotkeys, rows }): Line => {
      const end = ends.get(epoch);
      if (end === undefined) throw new RangeError(`epoch ${epoch} has no log`);
      return append(end, { type: "draws", epoch, lane, hotkeys, rows });
    });
    const stored = [...ends.values()].flatMap((end) =>
      storeLines(
        sql,
        end,
        lines.filter(({ epoch }) => epoch === end.epoch),
      ),
    );
    const samples = [
      sampled.map(({ jobId }) => jobId),
      sampled.map(({ hotkey }) => hotkey),
      sampled.map(({ epoch }) => epoch),
      sampled.map(({ lane }) => lane),
      sampled.map(({ node }) => node),
    ];
    await Promise.all([...stored, sampled.length === 0 ? null : sql.run(insert, samples)]);
  }),
  openSamples: read(
    async (sql: Sql, limit: number): Promise<OpenSample[]> =>
      (await sql.rows(open, [limit])).map(openSampleOf),
  ),
};
