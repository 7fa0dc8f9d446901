import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DrawClass, DrawGroup, LogEntry, SamplePolicy } from "../../../../src/flow/draw.ts";
import { drawX, isSampled, sampleKey } from "../../../../src/sample/draw.ts";
import { rateFor, ratesOf } from "../../../../src/sample/policy.ts";
import { linesOnDisk } from "../../store/recordsOnDisk.ts";
import { testSecret } from "../validator.ts";

type VerdictLine = Extract<LogEntry, { readonly type: "verdict" }>;

/** One draw of a job, as the log has it. */
export interface LoggedDraw {
  readonly epoch: number;
  readonly jobId: string;
  readonly hotkey: string;
  readonly class: DrawClass;
  readonly sampled: boolean;
}

export interface Audit {
  readonly draws: readonly LoggedDraw[];
  readonly verdicts: readonly VerdictLine[];
  /** Sampled draws without a verdict. */
  readonly open: number;
}

function drawsOf({ epoch, hotkeys, rows }: DrawGroup): LoggedDraw[] {
  return rows.map((row) => {
    const [at, jobId = "", drawClass, sampled] = row.split(" ");
    const hotkey = hotkeys[Number(at)] ?? assert.fail(row);
    return { epoch, jobId, hotkey, class: drawClass as DrawClass, sampled: sampled === "1" };
  });
}

const nameOf = (epoch: number, hotkey: string, jobId: string) => `${epoch} ${hotkey} ${jobId}`;

/** How often each name is in the list. */
function tallied(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Recomputes each draw from the secret and the policy that its epoch committed to. */
function checkDraws(draws: readonly LoggedDraw[], policies: ReadonlyMap<number, SamplePolicy>): void {
  const epochs = new Map(
    Array.from(policies, ([epoch, policy]) => {
      const key = sampleKey(Buffer.from(testSecret), epoch);
      return [epoch, { key, rates: ratesOf(policy) }] as const;
    }),
  );
  for (const draw of draws) {
    const { key, rates } = epochs.get(draw.epoch) ?? assert.fail(`epoch ${draw.epoch}`);
    const applied = rateFor(rates, "groth16", [draw.class]);
    const sampled = isSampled(drawX(key, "groth16", draw.hotkey, draw.jobId), applied.rate);
    assert.deepEqual([applied.class, sampled], [draw.class, draw.sampled], draw.jobId);
  }
}

/**
 * Reads the logs of a stopped validator: every draw follows from the secret, and every verdict from a sampled draw, one for
 * one. The chains themselves are `recordsOnDisk`'s.
 */
export function auditOf(dataDir: string): Audit {
  const db = new DatabaseSync(join(dataDir, "assay.db"), { readOnly: true });
  const all = (sql: string) => db.prepare(sql).all();
  const epochs = all("SELECT epoch FROM epochs ORDER BY epoch").map(({ epoch }) => Number(epoch));
  const entries: LogEntry[] = epochs.flatMap((epoch) => [...linesOnDisk(db, epoch)]);
  const policies = all("SELECT epoch, policy FROM epochs").map(
    ({ epoch, policy }) => [Number(epoch), JSON.parse(String(policy)) as SamplePolicy] as const,
  );
  db.close();
  const draws = entries.flatMap((entry) => (entry.type === "draws" ? drawsOf(entry) : []));
  const verdicts = entries.filter((entry) => entry.type === "verdict");
  checkDraws(draws, new Map(policies));
  const drawn = tallied(
    draws.filter(({ sampled }) => sampled).map(({ epoch, hotkey, jobId }) => nameOf(epoch, hotkey, jobId)),
  );
  const judged = tallied(verdicts.map(({ epoch, hotkey, work_id }) => nameOf(epoch, hotkey, work_id)));
  for (const [name, count] of judged) assert.ok(count <= (drawn.get(name) ?? 0), `${name}: no draw`);
  return { draws, verdicts, open: sum(drawn) - sum(judged) };
}

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0);
