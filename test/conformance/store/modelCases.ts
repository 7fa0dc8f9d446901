import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Store } from "../../../src/flow/store.ts";
import type { AdmitOutcome, Decision, Submission } from "../../../src/flow/submission.ts";
import {
  assertLog,
  commitment,
  decision,
  EPOCH,
  newSubmission,
  type OpenStore,
  strike,
  withStore,
} from "./fixtures.ts";

type Step =
  | { kind: "admit"; challenge: number; answer: number }
  | { kind: "decide"; which: number; state: Decision["state"]; verified: boolean; strike: boolean }
  | { kind: "try"; which: number };

interface ModelRow {
  readonly receiptId: string;
  readonly challenge: number;
  readonly answer: number;
  readonly hotkey: string;
  readonly weight: number;
  readonly receivedAt: number;
  state: Submission["state"];
  code: string | null;
  tries: number;
  verified: boolean;
  forfeited: boolean;
}

const MAX_ATTEMPTS = 2;

/** The rules of admit, decide and credits, over a plain list. */
class Model {
  readonly rows: ModelRow[] = [];
  readonly struckAt = new Map<string, number>();

  admit(row: ModelRow): string {
    const known = this.rows.find((other) => other.challenge === row.challenge && other.answer === row.answer);
    if (known) return `replay ${known.receiptId} ${known.state} ${known.tries}`;
    const rivals = this.rows.filter(({ challenge }) => challenge === row.challenge);
    if (rivals.some(({ state }) => state === "accepted")) return "refused already_solved";
    const used = rivals.filter(({ state }) => state !== "void").length;
    if (used >= MAX_ATTEMPTS) return "refused attempts_exhausted";
    this.rows.push(row);
    return `admitted ${row.receiptId}`;
  }

  decide(row: ModelRow, given: Decision): void {
    Object.assign(row, this.#end(row, given), { verified: given.verified });
    if (given.strike === null) return;
    this.struckAt.set(row.hotkey, given.strike.at);
    for (const other of this.rows) {
      if (other.hotkey === row.hotkey && other.state === "accepted" && !other.verified)
        other.forfeited = true;
    }
  }

  #end(row: ModelRow, { state, verified, code }: Decision): Pick<ModelRow, "state" | "code"> {
    if (state !== "accepted") return { state, code };
    if (!verified && (this.struckAt.get(row.hotkey) ?? 0) > row.receivedAt) {
      return { state: "void", code: "suspended" };
    }
    const isSolved = this.rows.some((o) => o.challenge === row.challenge && o.state === "accepted");
    return isSolved ? { state: "void", code: "already_solved" } : { state, code: null };
  }

  credit(hotkey: string, since: number): number {
    return this.rows
      .filter((row) => row.hotkey === hotkey && row.state === "accepted" && !row.forfeited)
      .filter((row) => row.receivedAt > since)
      .reduce((sum, { weight }) => sum + weight, 0);
  }
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("admit"), challenge: fc.nat(4), answer: fc.nat(4) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("decide"),
        which: fc.nat(9),
        state: fc.constantFrom("accepted", "accepted", "rejected", "void"),
        verified: fc.boolean(),
        strike: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("try"), which: fc.nat(9) }) },
  ),
  { maxLength: 40 },
);

function wordOf(outcome: AdmitOutcome): string {
  if (outcome.kind === "refused") return `refused ${outcome.code}`;
  const { receiptId, state, tries } = outcome.submission;
  return outcome.kind === "replay" ? `replay ${receiptId} ${state} ${tries}` : `admitted ${receiptId}`;
}

/** One run: its own lane and hotkeys keep it apart from the runs before it in the same store. */
class Run {
  readonly #store: Store;
  readonly #lane: string;
  readonly #model = new Model();
  #now = 1;

  constructor(store: Store, lane: string) {
    this.#store = store;
    this.#lane = lane;
  }

  async step(step: Step): Promise<void> {
    this.#now++;
    if (step.kind === "admit") return this.#admit(step);
    const row = this.#model.rows[step.which];
    if (row === undefined) return;
    if (step.kind === "decide") return this.#decide(row, step);
    if (row.state === "pending") row.tries++;
    assert.equal(await this.#store.countTry(row.receiptId), row.tries);
  }

  /** Challenges 0, 2 and 4 are one hotkey's, 1 and 3 another's. */
  async #admit({ challenge, answer }: Extract<Step, { kind: "admit" }>): Promise<void> {
    const hotkey = `5${this.#lane}-${challenge % 2}`;
    const submission = newSubmission({
      lane: this.#lane,
      hotkey,
      challengeId: `pm-t1-e${EPOCH}-${this.#lane}-${challenge}`,
      text: String(answer),
      weight: 2 ** challenge,
      receivedAt: this.#now,
      maxAttempts: MAX_ATTEMPTS,
    });
    const { receiptId, weight, receivedAt } = submission;
    const base = { receiptId, challenge, answer, hotkey, weight, receivedAt };
    const want = this.#model.admit({
      ...base,
      state: "pending",
      code: null,
      tries: 0,
      verified: false,
      forfeited: false,
    });
    assert.equal(wordOf(await this.#store.admit(submission)), want);
  }

  async #decide(row: ModelRow, step: Extract<Step, { kind: "decide" }>): Promise<void> {
    const { state, verified } = step;
    const code = state === "accepted" ? null : "why";
    const strikes = step.strike && state === "rejected";
    const record = strikes
      ? strike(newSubmission({ lane: this.#lane, hotkey: row.hotkey }), { at: this.#now })
      : null;
    const given = decision(row.receiptId, { state, verified, code, at: this.#now, strike: record });
    const wasPending = row.state === "pending";
    if (wasPending) this.#model.decide(row, given);
    const after = await this.#store.decide(given);
    const want = wasPending ? [row.state, row.code] : null;
    assert.deepEqual(after === null ? null : [after.state, after.code], want);
  }

  async compare(): Promise<void> {
    for (const since of [0, 3, this.#now - 1]) await this.#compareCredits(since);
    for (const parity of [0, 1]) await this.#compareCounts(`5${this.#lane}-${parity}`);
    for (const row of this.#model.rows) {
      const stored = await this.#store.submission(row.receiptId);
      assert.deepEqual([stored?.state, stored?.code, stored?.tries], [row.state, row.code, row.tries]);
    }
  }

  async #compareCredits(since: number): Promise<void> {
    const credits = (await this.#store.credits(since)).filter(({ lane }) => lane === this.#lane);
    for (const parity of [0, 1]) {
      const hotkey = `5${this.#lane}-${parity}`;
      const found = credits.find((credit) => credit.hotkey === hotkey)?.weight ?? 0;
      assert.equal(found, this.#model.credit(hotkey, since));
    }
  }

  async #compareCounts(hotkey: string): Promise<void> {
    const rows = this.#model.rows.filter((row) => row.hotkey === hotkey);
    const of = (state: Submission["state"]) => rows.filter((row) => row.state === state).length;
    const want = {
      submitted: rows.length,
      accepted: of("accepted"),
      rejected: of("rejected"),
      void: of("void"),
    };
    assert.deepEqual((await this.#store.miner(hotkey))?.counts ?? { ...want, submitted: 0 }, want);
  }
}

export function modelCases(open: OpenStore): void {
  test("any sequence of admissions, decisions and tries goes as the model says", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const run = new Run(store, `lane${runs++}`);
          for (const step of sequence) await run.step(step);
          await run.compare();
        }),
        { numRuns: 60 },
      );
      await assertLog(store);
    }));
}
