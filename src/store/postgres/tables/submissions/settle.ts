import type { Decision, NewSubmission, Submission } from "../../../../flow/submission.ts";
import type { Sql } from "../../sql.ts";
import { EpochsKnown } from "../epochsKnown.ts";
import { batch, type Settled } from "../operation.ts";
import type { SpendLedger } from "../spends/ledger.ts";
import type { SpendMemory } from "../spends/memory.ts";
import { loadSpends, saveSpends } from "../spends/rows.ts";
import { type AdmitReply, admit } from "./admit.ts";
import { decide } from "./decide.ts";
import type { Ledger } from "./ledger.ts";
import { type Asked, load } from "./load.ts";
import type { Receipts } from "./receipts.ts";
import { save } from "./save.ts";

/** Admissions and decisions share a batch: their epochs are locked once, and their order is kept. */
export type SettleCall = { readonly admit: NewSubmission } | { readonly decide: Decision };
export type SettleReply = AdmitReply | Submission | null;

/** What the admissions of a group spend; null when none does. */
async function ledgerOfSpends(
  sql: Sql,
  calls: readonly SettleCall[],
  memory: SpendMemory,
): Promise<SpendLedger | null> {
  const spends = calls.flatMap((call) =>
    "admit" in call && call.admit.spend !== undefined ? [call.admit.spend] : [],
  );
  return spends.length === 0 ? null : loadSpends(sql, spends, memory);
}

export function settleOperations(receipts: Receipts, memory: SpendMemory) {
  const known = new EpochsKnown();

  const run = async (sql: Sql, calls: readonly SettleCall[]): Promise<Settled<SettleReply>[]> => {
    const asked = await askedOf(sql, calls, receipts);
    // The epochs are locked before what is spent, as both are sent at once.
    const [ledger, spent] = await Promise.all([load(sql, asked, known), ledgerOfSpends(sql, calls, memory)]);
    const settled = calls.map((call) => settleOne(ledger, spent, call));
    await Promise.all([save(sql, ledger), ...(spent === null ? [] : saveSpends(sql, spent))]);
    for (const { given } of ledger.changes.admitted) receipts.learn(given.receiptId, given.epoch);
    if (ledger.changes.admitted.some(({ given }) => !given.node)) sql.tell("pending");
    memory.noted(spent?.added.length ?? 0);
    return settled;
  };

  return {
    settle: batch(
      async (sql: Sql, calls: readonly [SettleCall][]) => {
        try {
          return await run(
            sql,
            calls.map(([call]) => call),
          );
        } catch (error) {
          // Maybe the tables of one of them were dropped since.
          known.clear();
          throw error;
        }
      },
      // They all lock the row of the current epoch; a group that waited there would go on as small as it came.
      { takesTurns: true },
    ),
  };
}

async function askedOf(
  sql: Sql,
  calls: readonly SettleCall[],
  receipts: Receipts,
): Promise<Map<number, Asked>> {
  const decisions = calls.flatMap((call) => ("decide" in call ? [call.decide] : []));
  const epochs = await receipts.epochsOf(
    sql,
    decisions.map(({ receiptId }) => receiptId),
  );
  const asked = new Map<number, Asked>();
  const of = (epoch: number): Asked => {
    const one = asked.get(epoch) ?? { admits: [], decides: [], unchecked: [] };
    asked.set(epoch, one);
    return one;
  };
  for (const call of calls) if ("admit" in call) of(call.admit.epoch).admits.push(call.admit);
  for (const { receiptId, state, verified } of decisions) {
    const epoch = epochs.get(receiptId);
    if (epoch === undefined) continue;
    of(epoch).decides.push(receiptId);
    if (state === "accepted" && !verified) of(epoch).unchecked.push(receiptId);
  }
  return asked;
}

function settleOne(ledger: Ledger, spent: SpendLedger | null, call: SettleCall): Settled<SettleReply> {
  try {
    if ("decide" in call) return { value: decide(ledger, call.decide) };
    const { spend } = call.admit;
    const outcome = spend === undefined ? undefined : spent?.take(spend);
    return { value: outcome?.kind === "refused" ? outcome : admit(ledger, call.admit) };
  } catch (error) {
    return { error };
  }
}
