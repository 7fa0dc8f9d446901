import assert from "node:assert/strict";
import { generatePrivateJwk, makeSigner } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { EpochRecord, LogHead, SamplePolicy } from "../../../src/flow/draw.ts";
import { Sampler, type SamplerModules } from "../../../src/sample/sampler.ts";
import { FakeClock } from "../fakeClock.ts";

export const HOUR = 3_600_000;
export const master = Buffer.alloc(32, 1);
export const otherMaster = Buffer.alloc(32, 2);
export const policy: SamplePolicy = {
  lanes: { sat: "1", groth16: "20/500" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "1/100",
};
export const signer = makeSigner(generatePrivateJwk());

/** The epochs of a store: what was committed and closed survives every crash of the sampler. */
export class Epochs {
  readonly records = new Map<number, EpochRecord>();
  readonly heads = new Map<number, LogHead[]>();
  /** Epochs with undecided rows. */
  readonly pending = new Set<number>();
  readonly retired = new Set<number>();
  /** Every epoch has all the heads that it may have. */
  full = false;
  calls = 0;
  /** Throws at this call, counted from 1, before or after it took effect. */
  crash: { readonly at: number; readonly effect: "before" | "after" } | null = null;

  async #step<T>(work: () => T): Promise<T> {
    this.calls++;
    const crashes = this.crash?.at === this.calls;
    if (crashes && this.crash?.effect === "before") throw new Error("crash before");
    const result = work();
    if (crashes) throw new Error("crash after");
    return result;
  }

  commitEpoch(record: Omit<EpochRecord, "closed_at" | "revealed_key" | "log_head" | "log_length">) {
    return this.#step(() => {
      const known = this.records.get(record.epoch);
      if (known !== undefined) return known;
      if (this.retired.has(record.epoch))
        throw new AssayError({ code: "epoch_expired", epoch: record.epoch, current: record.epoch + 2 });
      const fresh = {
        ...record,
        closed_at: null,
        revealed_key: null,
        log_head: record.commitment,
        log_length: 0,
      };
      this.records.set(record.epoch, fresh);
      return fresh;
    });
  }

  closeEpoch(epoch: number, revealedKey: string, head: LogHead, at: number) {
    return this.#step(() => {
      const known = this.records.get(epoch);
      if (known === undefined) return null;
      if (this.pending.has(epoch) || known.closed_at !== null) return known;
      if (known.log_head !== head.log_head) return known;
      const closed = { ...known, closed_at: at, revealed_key: revealedKey };
      this.records.set(epoch, closed);
      this.headsOf(epoch).push(head);
      return closed;
    });
  }

  addLogHead(head: LogHead) {
    return this.#step(() => {
      const { log_head, closed_at } = this.records.get(head.epoch) ?? assert.fail();
      assert.equal(head.log_head, log_head);
      const heads = this.headsOf(head.epoch);
      if (closed_at !== null || heads.at(-1)?.log_head === log_head || this.full) return false;
      heads.push(head);
      return true;
    });
  }

  logHeads(epoch: number) {
    return this.#step(() => [...this.headsOf(epoch)]);
  }

  headsOf(epoch: number): LogHead[] {
    const heads = this.heads.get(epoch) ?? [];
    this.heads.set(epoch, heads);
    return heads;
  }

  /** Drops the record of an epoch, as retention does. */
  retire(epoch: number): void {
    this.records.delete(epoch);
    this.retired.add(epoch);
  }

  /** One more line in an epoch's log; returns its hash. */
  line(epoch: number): string {
    const record = this.records.get(epoch) ?? assert.fail();
    const log_head = sha256Hex(record.log_head);
    this.records.set(epoch, { ...record, log_head, log_length: record.log_length + 1 });
    return log_head;
  }

  epoch(epoch: number) {
    return this.#step(() => this.records.get(epoch) ?? null);
  }

  openEpochs() {
    return this.#step(() => [...this.records.values()].filter((record) => record.closed_at === null));
  }

  closed(): number[] {
    return [...this.records.values()].filter((one) => one.closed_at !== null).map((one) => one.epoch);
  }
}

export function make(
  clock: FakeClock,
  store: Epochs,
  given: Partial<{ policy: SamplePolicy; masters: Buffer[] }> = {},
) {
  const modules: SamplerModules = { store, signer, clock, log: silentLog, metrics: noMetrics };
  return new Sampler(
    { epochs: everyHours(1), policy: given.policy ?? policy, masters: given.masters ?? [master] },
    modules,
  );
}

export async function started(at = 100 * HOUR) {
  const clock = new FakeClock(at);
  const store = new Epochs();
  const sampler = make(clock, store);
  await sampler.start();
  return { clock, store, sampler };
}

export const draws = (sampler: Sampler, epoch: number) => () => sampler.draw("groth16", "h", "w", epoch, []);
