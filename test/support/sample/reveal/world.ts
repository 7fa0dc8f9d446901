import assert from "node:assert/strict";
import { join } from "node:path";
import {
  ed25519PublicKey,
  generatePrivateJwk,
  makeSigner,
  type Signer,
  verifyDocument,
} from "../../../../src/core/ed25519.ts";
import { everyHours } from "../../../../src/core/epochs.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { Draw, PublishedEpoch, SamplePolicy } from "../../../../src/flow/draw.ts";
import type { Store } from "../../../../src/flow/store.ts";
import { commitment } from "../../../../src/sample/commitment.ts";
import { Sampler } from "../../../../src/sample/sampler.ts";
import { assertChain, decision, newSubmission, wholeLog } from "../../../conformance/store/fixtures.ts";
import { drawn, groupOf, sampledEnd } from "../../../conformance/store/jobFixtures.ts";
import type { FakeClock } from "../../fakeClock.ts";
import { openInlineStore } from "../../store/inline.ts";

export const HOUR = 3_600_000;
/** Length of an epoch where processes are killed at random moments. */
export const EPOCH_MS = 120;
export const masters = { old: Buffer.alloc(32, 1), fresh: Buffer.alloc(32, 2) };
export const policy: SamplePolicy = {
  lanes: { sat: "1", groth16: "1/2" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "1/100",
};

/** Where a process ends: at this call of its store, counted from 1, before or after it took effect. */
export interface Kill {
  readonly call: number;
  readonly effect: "before" | "after";
}

class Killed extends Error {}

type Calls = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** What every process of one validator, and everybody who looks at it, may rely on. */
export class RevealWorld {
  readonly #dir: string;
  readonly #clock: FakeClock;
  readonly #signer: Signer = makeSigner(generatePrivateJwk());
  readonly #keys: Buffer[] = [masters.old];
  /** Epochs that were ever committed. */
  readonly #known = new Set<number>();
  readonly #revealed = new Map<number, string>();
  /** What must never be, kept apart: a sampler that meets an error of a close goes on. */
  readonly #wrongs: string[] = [];
  #store: Store | null = null;
  /** Of the process that runs, or is starting. */
  #sampler: Sampler | null = null;
  #dead = false;
  kill: Kill | null = null;
  /** Names of the calls of the store, from the first process on. */
  readonly calls: string[] = [];
  /** Done in the middle of whatever calls the store next: what a clock does while a call is under way. */
  meanwhile: (() => void) | null = null;
  restarts = 0;

  constructor(dir: string, clock: FakeClock) {
    this.#dir = dir;
    this.#clock = clock;
  }

  get clock(): FakeClock {
    return this.#clock;
  }

  /** Does the work in the process that runs; when it is killed meanwhile, another one is started. */
  async run(work: (sampler: Sampler, store: Store) => Promise<unknown>): Promise<void> {
    try {
      if (this.#sampler === null) await this.#start();
      if (this.#sampler !== null && this.#store !== null)
        await work(this.#sampler, this.#killable(this.#store));
    } catch (error) {
      if (!this.#dead) throw error;
    }
    // A tick goes on after a close that failed, and so does not end with the error that a dead store gives it.
    if (this.#dead) await this.restart();
    await this.#look();
    assert.deepEqual(this.#wrongs, []);
  }

  /** Ends the process as a kill would, and starts the next. */
  async restart(): Promise<void> {
    await this.close();
    this.restarts++;
    await this.run(async () => {});
  }

  /** The next process has another master, and this one's as its previous. */
  rotate(): void {
    if (this.#keys.length === 1) this.#keys.unshift(masters.fresh);
  }

  async close(): Promise<void> {
    await this.#store?.close();
    this.#store = null;
    this.#sampler = null;
  }

  tick(): Promise<void> {
    return this.run((sampler) => sampler.tick());
  }

  /** Draws one submission and one job of an epoch and records what may be. Returns whether it could be drawn. */
  async draw(epoch: number): Promise<boolean> {
    let could = false;
    await this.run(async (sampler, store) => {
      const row = newSubmission({ epoch, lane: "groth16" });
      const draw = drawOf(sampler, epoch, row.challengeId);
      if (draw === null) return;
      could = true;
      await store.admit({ ...row, draw });
      await store.recordDraws([groupOf([drawn()], { epoch })]);
    });
    return could;
  }

  /** Drops what retention may, as if it kept nothing closed before the present epoch. */
  retain(): Promise<void> {
    const beforeEpoch = Math.floor(this.#clock.now / HOUR);
    return this.run((_sampler, store) =>
      store.applyRetention({ beforeEpoch, keepSolvesSince: 0, keepJobsSince: 0 }),
    );
  }

  /** Ends everything that has no verdict yet. */
  verdicts(): Promise<void> {
    return this.run(async (_sampler, store) => {
      for (const { receiptId } of await store.pending(1000, new Set()))
        await store.decide(decision(receiptId));
      const open = await store.openSamples(1000);
      await store.endSamples(open.map((one) => sampledEnd(one.jobId, one)));
    });
  }

  /** Everything that is due ended as it should: closed, revealed, its final head signed, never to be drawn from again. */
  async finish(): Promise<void> {
    this.kill = null;
    await this.restart();
    await this.verdicts();
    const last = Math.max(...this.#known);
    this.#clock.now = Math.max(this.#clock.now, (last + 2) * HOUR);
    const due = [...this.#known];
    await this.tick();
    await Promise.all(due.map((epoch) => this.#assertClosed(epoch)));
    for (const epoch of due) {
      this.#clock.now = epoch * HOUR;
      await this.tick();
      if (epoch === due[0]) await this.restart();
      this.#checkShut(epoch);
    }
    assert.deepEqual(this.#wrongs, []);
  }

  async #start(): Promise<void> {
    this.#dead = false;
    const file = join(this.#dir, "assay.db");
    this.#store = openInlineStore(file);
    this.#sampler = this.#samplerOn(this.#killable(this.#store));
    await this.#sampler.start();
  }

  #samplerOn(store: Store): Sampler {
    const options = { epochs: everyHours(1), policy, masters: this.#keys };
    return new Sampler(options, {
      store,
      signer: this.#signer,
      clock: this.#clock,
      log: silentLog,
      metrics: noMetrics,
    });
  }

  /** The store as a process sees it: from the moment of its kill on, every call throws. */
  #killable(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const call = (target as unknown as Calls)[String(name)];
        return (...args: unknown[]) => this.#call(String(name), () => call?.apply(target, args), args);
      },
    });
  }

  async #call(name: string, call: () => Promise<unknown> | undefined, args: unknown[]): Promise<unknown> {
    if (this.#dead) throw new Killed();
    const at = this.calls.push(name) === this.kill?.call ? this.kill.effect : null;
    if (name === "closeEpoch") this.#checkShut(Number(args[0]));
    if (at === "before") this.#die();
    const [outcome] = await Promise.allSettled([call()]);
    if (name === "commitEpoch") this.#known.add((args[0] as { epoch: number }).epoch);
    this.meanwhile?.();
    this.meanwhile = null;
    if (name === "closeEpoch" || name === "commitEpoch") await this.#look();
    if (at === "after") this.#die();
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }

  #die(): never {
    this.#dead = true;
    throw new Killed();
  }

  /** Looks at all that is public: a key shows only of an epoch that is closed for good and that nothing draws from. */
  async #look(): Promise<void> {
    const store = this.#store;
    if (store === null) return;
    const viewer = this.#samplerOn(store);
    const shown = await Promise.all(
      [...this.#known].map(async (epoch) => {
        const record = await store.epoch(epoch);
        return { epoch, record, served: record === null ? null : await viewer.published(epoch) };
      }),
    );
    for (const { epoch, record, served } of shown) {
      // Retention drops the records of closed epochs alone, and a key that is out stays out.
      if (record === null) continue;
      const key = record.revealed_key ?? served?.revealed_key ?? null;
      if (key !== null && record.closed_at === null) this.#wrongs.push(`epoch ${epoch} shows its key open`);
      const earlier = this.#revealed.get(epoch) ?? key;
      if (key !== earlier) this.#wrongs.push(`epoch ${epoch} showed ${earlier}, then ${key}`);
      if (key !== null) this.#revealed.set(epoch, key);
    }
    for (const epoch of this.#revealed.keys()) this.#checkShut(epoch);
  }

  #checkShut(epoch: number): void {
    if (this.#sampler === null || drawOf(this.#sampler, epoch, "w") === null) return;
    this.#wrongs.push(`epoch ${epoch} can be drawn from while its key is out or about to be`);
  }

  async #assertClosed(epoch: number): Promise<void> {
    const store = this.#store ?? assert.fail();
    if ((await store.epoch(epoch)) === null) {
      assert.ok(this.#revealed.has(epoch), `epoch ${epoch} is gone`);
      return;
    }
    const published = await this.#samplerOn(store).published(epoch);
    assert.equal(published.state, "closed", `epoch ${epoch}`);
    const key = Buffer.from(published.revealed_key ?? "", "hex");
    assert.equal(commitment(key, published.policy), published.commitment, `epoch ${epoch}`);
    const lines = await wholeLog(store, epoch);
    assertChain(published, lines);
    assertHeads(
      published,
      lines.map(({ hash }) => hash),
      this.#signer,
    );
    const late = [groupOf([drawn()], { epoch })];
    await assert.rejects(store.recordDraws(late), { code: "epoch_expired" });
    const refused = await store.admit(newSubmission({ epoch, lane: "groth16" }));
    assert.deepEqual(refused, { kind: "refused", code: "epoch_expired" });
  }
}

/** Null when the sampler refuses the epoch. */
function drawOf(sampler: Sampler, epoch: number, workId: string): Draw | null {
  try {
    return sampler.draw("groth16", "5Alice", workId, epoch, []);
  } catch (error) {
    assert.ok(error instanceof AssayError, String(error));
    return null;
  }
}

/** Every head is signed and was one of the log, in order; the last is the final one. */
export function assertHeads(
  { epoch, commitment, log_head, heads }: PublishedEpoch,
  hashes: readonly string[],
  signer: Signer,
): void {
  const key = ed25519PublicKey(Buffer.from(signer.jwk.x, "base64url"));
  const chain = [commitment, ...hashes];
  const places = heads.map((head) => {
    assert.ok(verifyDocument(head, key), `a head of epoch ${epoch} is not signed`);
    assert.deepEqual([head.epoch, head.key_id], [epoch, signer.kid]);
    return chain.indexOf(head.log_head);
  });
  assert.ok(
    places.every((place, index) => place >= (places[index - 1] ?? 0)),
    `epoch ${epoch}: ${places}`,
  );
  assert.equal(heads.at(-1)?.log_head, log_head, `epoch ${epoch} has no final head`);
}
