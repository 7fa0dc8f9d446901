import type { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../../core/problems/assayError.ts";
import type { ClosedEpochItem, EpochRecord, LogHead } from "../../../flow/draw.ts";
import type { Fence } from "../../../flow/leases.ts";
import type { ChainedEntry, LogText } from "../../../flow/store.ts";
import { closedEpochOf, epochOf } from "../../records/epoch.ts";
import type { ChainLog } from "./chainLog.ts";
import type { HeadRows } from "./heads.ts";
import type { FenceCheck } from "./leases.ts";
import { read, write } from "./operation.ts";
import { RetiredEpochs } from "./retired.ts";

type Commitment = Omit<EpochRecord, "closed_at" | "revealed_key" | "log_head" | "log_length">;

export function epochOperations(db: DatabaseSync, log: ChainLog, heads: HeadRows, require: FenceCheck) {
  const retired = new RetiredEpochs(db);
  const one = db.prepare("SELECT * FROM epochs WHERE epoch = ?");
  const open = db.prepare("SELECT * FROM epochs WHERE closed_at IS NULL ORDER BY epoch");
  const closed = db.prepare(`SELECT epoch, closed_at, log_head FROM epochs
    WHERE epoch < ? AND closed_at IS NOT NULL ORDER BY epoch DESC LIMIT ?`);
  // The first line's `prev` is the commitment, so an empty log ends there. An epoch of a version without terms gets them here.
  const insert = db.prepare(`INSERT INTO epochs (epoch, commitment, policy, committed_at, signature, key_id,
      closed_at, revealed_key, log_head, log_length, terms, ends_at)
    VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?, 0, ?, ?)
    ON CONFLICT (epoch) DO UPDATE SET terms = excluded.terms, ends_at = excluded.ends_at
      WHERE terms IS NULL AND closed_at IS NULL`);
  const close = db.prepare(`UPDATE epochs SET closed_at = ?, revealed_key = ?
    WHERE epoch = ? AND closed_at IS NULL AND log_head = ?
      AND NOT EXISTS (SELECT 1 FROM submissions WHERE state = 'pending' AND submissions.epoch = epochs.epoch)
      AND NOT EXISTS (SELECT 1 FROM open_samples WHERE open_samples.epoch = epochs.epoch)`);
  const find = (epoch: number): EpochRecord | null => {
    const row = one.get(epoch);
    return row === undefined ? null : epochOf(row);
  };

  return {
    commitEpoch: write((record: Commitment): EpochRecord => {
      const { epoch, commitment, policy, committed_at, signature, key_id } = record;
      // It was over when it closed, so the current epoch is at least the second one after it.
      if (retired.has(epoch)) throw new AssayError({ code: "epoch_expired", epoch, current: epoch + 2 });
      const terms = record.terms ?? null;
      const kept = [terms && JSON.stringify(terms), terms?.ends_at ?? null] as const;
      const signed = [JSON.stringify(policy), committed_at, signature, key_id] as const;
      insert.run(epoch, commitment, ...signed, commitment, ...kept);
      return epochOf(one.get(epoch) ?? {});
    }),
    closeEpoch: write(
      (epoch: number, revealedKey: string, head: LogHead, at: number, fence?: Fence): EpochRecord | null => {
        require(fence);
        if (head.epoch !== epoch) throw new RangeError(`epoch ${epoch} closes with a head of ${head.epoch}`);
        const closed = close.run(at, revealedKey, epoch, head.log_head).changes === 1;
        const record = find(epoch);
        if (closed && record !== null) heads.add(head, record.log_length);
        return record;
      },
    ),
    epoch: read(find),
    closedEpochs: read((before: number | null, limit: number): ClosedEpochItem[] =>
      closed.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(closedEpochOf),
    ),
    isEpochUsed: read((epoch: number): boolean => retired.has(epoch) || find(epoch) !== null),
    openEpochs: read((): EpochRecord[] => open.all().map(epochOf)),
    logText: read((epoch: number, after: number): LogText | null => log.text(epoch, after)),
    logPage: read((epoch: number, after: number, limit: number): ChainedEntry[] =>
      log.page(epoch, after, limit),
    ),
  };
}
