import { hash } from "node:crypto";
import type { DrawGroup, EpochRecord, LogHead } from "../../src/flow/draw.ts";
import type { OpenSample, SampledEnd } from "../../src/flow/job.ts";

/** Called with every appended line: its text as it would be served, and its hash. */
export type LineListener = (text: string, hash: string) => void;

interface Logged {
  record: EpochRecord;
  readonly heads: LogHead[];
}

/** Epochs kept once closed. */
const CLOSED_KEPT = 4;

/**
 * The hash-chained logs of a simulated validator: the same lines with the same hashes as the store's, so that they can be audited
 * like them. Lines are passed on and not kept; their members are written in canonical order.
 */
export class ModelLog {
  readonly #epochs = new Map<number, Logged>();
  readonly #listener: LineListener;

  constructor(listener: LineListener) {
    this.#listener = listener;
  }

  epoch(epoch: number): EpochRecord | null {
    return this.#epochs.get(epoch)?.record ?? null;
  }

  open(): EpochRecord[] {
    return [...this.#epochs.values()]
      .map(({ record }) => record)
      .filter(({ closed_at }) => closed_at === null);
  }

  heads(epoch: number): LogHead[] {
    return [...(this.#epochs.get(epoch)?.heads ?? [])];
  }

  commit(record: Omit<EpochRecord, "closed_at" | "revealed_key" | "log_head" | "log_length">): EpochRecord {
    const known = this.#epochs.get(record.epoch);
    if (known !== undefined) return known.record;
    const fresh = {
      ...record,
      closed_at: null,
      revealed_key: null,
      log_head: record.commitment,
      log_length: 0,
    };
    this.#epochs.set(record.epoch, { record: fresh, heads: [] });
    return fresh;
  }

  addHead(head: LogHead): boolean {
    const logged = this.#epochs.get(head.epoch);
    if (logged === undefined || logged.record.closed_at !== null) return false;
    if (logged.heads.at(-1)?.log_head === head.log_head) return false;
    logged.heads.push(head);
    return true;
  }

  close(epoch: number, revealedKey: string, head: LogHead, at: number): EpochRecord | null {
    const logged = this.#epochs.get(epoch);
    if (logged === undefined) return null;
    const { record } = logged;
    if (record.closed_at !== null || record.log_head !== head.log_head) return record;
    logged.record = { ...record, closed_at: at, revealed_key: revealedKey };
    logged.heads.push(head);
    this.#forgetOld();
    return logged.record;
  }

  draws({ epoch, lane, hotkeys, rows }: DrawGroup): void {
    const logged = this.#openLog(epoch);
    const { log_length: n, log_head: prev } = logged.record;
    this.#append(logged, JSON.stringify({ epoch, hotkeys, lane, n, prev, rows, type: "draws" }));
  }

  verdict({ jobId, epoch, lane, hotkey }: OpenSample, end: SampledEnd): void {
    const logged = this.#openLog(epoch);
    const { log_length: n, log_head: prev } = logged.record;
    const { answerSha256: answer_sha256, code, state, verified } = end;
    const entry = {
      answer_sha256,
      code,
      epoch,
      hotkey,
      lane,
      n,
      prev,
      receipt_id: null,
      state,
      type: "verdict",
      verified,
    };
    this.#append(logged, JSON.stringify({ ...entry, work_id: jobId }));
  }

  #openLog(epoch: number): Logged {
    const logged = this.#epochs.get(epoch);
    if (logged === undefined || logged.record.closed_at !== null)
      throw new RangeError(`epoch ${epoch} is not open`);
    return logged;
  }

  #append(logged: Logged, text: string): void {
    const head = hash("sha256", text, "hex");
    const { record } = logged;
    logged.record = { ...record, log_head: head, log_length: record.log_length + 1 };
    this.#listener(text, head);
  }

  #forgetOld(): void {
    const closed = [...this.#epochs.keys()].filter((epoch) => this.epoch(epoch)?.closed_at !== null);
    for (const epoch of closed.sort((a, b) => a - b).slice(0, -CLOSED_KEPT)) this.#epochs.delete(epoch);
  }
}
