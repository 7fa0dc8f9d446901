import assert from "node:assert/strict";
import { join } from "node:path";
import { keysOf } from "../../../src/audit/keys.ts";
import { canonical } from "../../../src/core/canonical.ts";
import { generatePrivateJwk, makeSigner } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import type {
  Draw,
  DrawClass,
  DrawGroup,
  LogHead,
  PublishedEpoch,
  SamplePolicy,
} from "../../../src/flow/draw.ts";
import type { SampledEnd } from "../../../src/flow/job.ts";
import type { Store } from "../../../src/flow/store.ts";
import type { Evidence, StrikeList, StrikeRecord } from "../../../src/flow/strike.ts";
import type { Decision, NewSubmission } from "../../../src/flow/submission.ts";
import type { InvalidCode } from "../../../src/flow/verdict.ts";
import { Sampler } from "../../../src/sample/sampler.ts";
import { auditLines } from "../../../src/store/auditLines.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { FakeClock } from "../fakeClock.ts";
import { AnswerWorld } from "../lanes/groth16/answers.ts";
import { removeDir, temporaryDir } from "../validator/validator.ts";

const HOUR = 3_600_000;
export const EPOCH = 100;
const master = Buffer.alloc(32, 1);

export const policy: SamplePolicy = {
  lanes: { sat: "1/2", groth16: "1/4" },
  classes: { customer: "1", cold_start: "2/3", struck: "3/4" },
  floor: "1/100",
};
export const signer = makeSigner(generatePrivateJwk());
export const keys = keysOf(signer.jwk);
export const hotkeyOf = (number: number): string => encodeHotkey(Buffer.alloc(32, number + 1));
export const answers = new AnswerWorld();

/** What a validator published of a closed epoch. */
export interface PublishedLog {
  readonly sampling: PublishedEpoch;
  /** The same document while the epoch was open. */
  readonly early: PublishedEpoch;
  readonly lines: readonly string[];
  readonly strikes: readonly StrikeList[];
}

interface Drawn {
  readonly draw: Draw;
  readonly index: number;
}

const jobId = (number: number): string => `jb_${sha256Hex(`job ${number}`).slice(0, 32)}`;
const classesOf = (number: number): DrawClass[] => {
  if (number % 7 === 0) return ["customer"];
  if (number % 5 === 0) return ["cold_start", "struck"];
  return number % 3 === 0 ? ["cold_start"] : [];
};

/** A validator of store and sampler alone, on a clock that stands. */
class Epoch {
  readonly #clock = new FakeClock(EPOCH * HOUR);
  readonly #store: Store;
  readonly #sampler: Sampler;
  #jobs = 0;
  #submissions = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#sampler = new Sampler(
      { epochs: everyHours(1), policy, masters: [master] },
      { store, signer, clock: this.#clock, log: silentLog, metrics: noMetrics },
    );
  }

  async start(): Promise<void> {
    await this.#sampler.start();
  }

  /** Lets the minutes pass; a head is signed every five. */
  async pass(minutes: number): Promise<void> {
    this.#clock.advance(minutes * 60_000);
    await this.#sampler.tick();
  }

  published(): Promise<PublishedEpoch> {
    return this.#sampler.published(EPOCH);
  }

  async lines(): Promise<string[]> {
    const lines: string[] = [];
    for await (const text of auditLines(this.#store, EPOCH)) lines.push(...text.split("\n").slice(0, -1));
    return lines;
  }

  /** Draws `count` jobs in one record, at three miners; the first of them may be an earlier one at another miner. */
  async group(count: number, again: Drawn | null = null): Promise<Drawn[]> {
    const drawn = Array.from({ length: count }, (_, i): Drawn => {
      const number = this.#jobs++;
      const earlier = i === 0 ? again : null;
      const id = earlier?.draw.work_id ?? jobId(number);
      const index = ((earlier?.index ?? number) + 1) % 3;
      return { index, draw: this.#sampler.draw("groth16", hotkeyOf(index), id, EPOCH, classesOf(number)) };
    });
    const rows = drawn.map(
      ({ index, draw }) => `${index} ${draw.work_id} ${draw.class} ${draw.sampled ? 1 : 0}`,
    );
    const group: DrawGroup = { epoch: EPOCH, lane: "groth16", hotkeys: [0, 1, 2].map(hotkeyOf), rows };
    await this.#store.recordDraws([group]);
    return drawn.filter(({ draw }) => draw.sampled);
  }

  async end({ work_id, hotkey, epoch, lane }: Draw, change: Partial<SampledEnd> = {}): Promise<void> {
    const end: SampledEnd = {
      ...{ jobId: work_id, epoch, lane, hotkey, state: "accepted", verified: true, code: null },
      ...{ answerSha256: sha256Hex(work_id), credit: 1, at: this.#clock.nowMs(), block: 5, strike: null },
      ...change,
    };
    assert.deepEqual(await this.#store.endSamples([end]), [work_id]);
  }

  /** A submission of a challenge of its own, or of an earlier one. */
  async submit(earlier: NewSubmission | null = null): Promise<NewSubmission> {
    const number = this.#submissions++;
    const fresh = `pm-t1-e${EPOCH}-${sha256Hex(`challenge ${number}`).slice(0, 24)}`;
    const challenge = earlier?.challengeId ?? fresh;
    const hotkey = earlier?.hotkey ?? hotkeyOf(3 + (number % 2));
    const text = `answer ${number}`;
    const receiptId = `rc_${sha256Hex(`receipt ${number}`).slice(0, 32)}`;
    const submission: NewSubmission = {
      ...{ receiptId, idempotencyKey: sha256Hex(receiptId), lane: "sat", hotkey, challengeId: challenge },
      ...{ epoch: EPOCH, tier: 1, seq: number, weight: 1, receivedAt: this.#clock.nowMs(), block: 5 },
      answer: { encoding: "text", bytes: Buffer.from(text) },
      answerSha256: sha256Hex(text),
      draw: this.#sampler.draw("sat", hotkey, challenge, EPOCH, classesOf(number)),
      maxAttempts: 3,
    };
    assert.equal((await this.#store.admit(submission)).kind, "admitted");
    return submission;
  }

  async decide({ receiptId, draw }: NewSubmission, change: Partial<Decision> = {}): Promise<void> {
    const at = this.#clock.nowMs();
    const decision = {
      receiptId,
      state: "accepted" as const,
      verified: draw.sampled,
      code: null,
      at,
      strike: null,
    };
    assert.notEqual(await this.#store.decide({ ...decision, ...change }), null);
  }

  /** A wrong proof, caught. */
  async cheat(draw: Draw, code: InvalidCode = "proof_rejected"): Promise<void> {
    const { work_id, hotkey, lane } = draw;
    const item = answers.falsified(answers.good(7));
    const answer_sha256 = sha256Hex(item.answer);
    const evidence: Evidence = {
      ...{ work_id, receipt_id: null, answer_sha256, draw, verdict: { outcome: "invalid", code } },
      ...{ checker: "groth16/1", rule: "one strike", exhibit: { kind: answers.kind, ...item } },
    };
    const strike: StrikeRecord = {
      ...{ strikeId: `st_${work_id}`, hotkey, lane, block: 5, at: this.#clock.nowMs(), evidence },
      suspendUntil: 7205,
    };
    await this.end(draw, { state: "rejected", code, answerSha256: answer_sha256, strike });
  }

  async strikesOf(hotkey: string): Promise<StrikeList> {
    const items = (await this.#store.strikes(hotkey)).map(
      ({ strikeId, lane, block, at, counted, suspendUntil, evidence }) => ({
        ...{ strike_id: strikeId, lane, block, at, counted, suspended_until: suspendUntil, evidence },
      }),
    );
    return { hotkey, items };
  }
}

/** Both kinds of lines, every state of a verdict, a job at two miners, a challenge answered twice, heads in between. */
async function live(epoch: Epoch): Promise<PublishedEpoch> {
  const first = await epoch.group(8);
  const open = await epoch.submit();
  await epoch.pass(6);
  const [cheat, lost, ...rest] = first;
  assert.ok(cheat !== undefined && lost !== undefined);
  await epoch.cheat(cheat.draw);
  await epoch.end(lost.draw, { state: "void", verified: false, code: "timeout", answerSha256: null });
  const second = await epoch.group(6, lost);
  const early = await epoch.published();
  for (const { draw } of [...rest, ...second]) await epoch.end(draw);
  await epoch.decide(open);
  await epoch.pass(6);
  const submissions = [];
  for (let i = 0; i < 7; i++) submissions.push(await epoch.submit());
  const [wrong, crashed] = submissions.filter(({ draw }) => draw.sampled);
  for (const one of submissions) {
    if (one === wrong) await epoch.decide(one, { state: "rejected", code: "solution_unsatisfied" });
    else if (one === crashed)
      await epoch.decide(one, { state: "void", verified: false, code: "check_crashed" });
    else await epoch.decide(one);
  }
  assert.ok(wrong !== undefined && submissions.some(({ draw }) => !draw.sampled));
  await epoch.decide(await epoch.submit(wrong));
  await epoch.pass(6);
  await epoch.group(3).then(async (drawn) => {
    for (const { draw } of drawn) await epoch.end(draw);
  });
  return early;
}

/** Makes a log with the real store and sampler. */
export async function publishedLog(): Promise<PublishedLog> {
  const dir = temporaryDir();
  const store = await openSqliteStore({
    ...{ file: join(dir, "assay.db"), log: silentLog, metrics: noMetrics, clock: new FakeClock(0) },
  });
  try {
    const epoch = new Epoch(store);
    await epoch.start();
    const early = await live(epoch);
    await epoch.pass(180);
    const strikes = await Promise.all([0, 1, 2].map((number) => epoch.strikesOf(hotkeyOf(number))));
    return { sampling: await epoch.published(), early, lines: await epoch.lines(), strikes };
  } finally {
    await store.close();
    removeDir(dir);
  }
}

export type Entry = Record<string, unknown>;

export const entriesOf = (lines: readonly string[]): Entry[] =>
  lines.map((line) => JSON.parse(line) as Entry);

/** Numbers, links and hashes entries anew from `first` on: consistent, whatever they say. */
export function chained(entries: readonly Entry[], commitment: string, first = 0): Entry[] {
  let prev = commitment;
  return entries.map((entry, n) => {
    const { hash, ...rest } = entry;
    const line = n < first ? rest : { ...rest, n, prev };
    prev = n < first ? String(hash) : sha256Hex(canonical(line));
    return { ...line, hash: prev };
  });
}

export const linesOf = (entries: readonly Entry[]): string[] => entries.map((entry) => canonical(entry));

export function signedHead(log_head: string, signed_at: number, by = signer): LogHead {
  const unsigned = { epoch: EPOCH, log_head, signed_at, key_id: by.kid };
  return { ...unsigned, signature: by.signDocument(unsigned) };
}

/** What a validator would publish that had meant to lie: the log is consistent, and its end signed. */
export function sealed(
  { sampling }: PublishedLog,
  entries: readonly Entry[],
): Pick<PublishedLog, "sampling" | "lines"> {
  const lies = chained(entries, sampling.commitment);
  const log_head = String(lies.at(-1)?.hash ?? sampling.commitment);
  const heads = [signedHead(log_head, sampling.committed_at + 1)];
  return { sampling: { ...sampling, log_head, log_length: lies.length, heads }, lines: linesOf(lies) };
}
