import type { Decision, NewSubmission, Submission } from "../../../../flow/submission.ts";
import type { Sql } from "../../sql.ts";
import { EpochsKnown } from "../epochsKnown.ts";
import { batch, type Settled } from "../operation.ts";
import { type AdmitReply, admit } from "./admit.ts";
import { decide } from "./decide.ts";
import type { Ledger } from "./ledger.ts";
import { type Asked, load } from "./load.ts";
import type { Receipts } from "./receipts.ts";
import { save } from "./save.ts";

/** Admissions and decisions share a batch: their epochs are locked once, and their order is kept. */
export type SettleCall = { readonly admit: NewSubmission } | { readonly decide: Decision };
export type SettleReply = AdmitReply | Submission | null;

export function settleOperations(receipts: Receipts) {
  const known = new EpochsKnown();

  const run = async (sql: Sql, calls: readonly SettleCall[]): Promise<Settled<SettleReply>[]> => {
    const asked = await askedOf(sql, calls, receipts);
    const ledger = await load(sql, asked, known);
    const settled = calls.map((call) => settleOne(ledger, call));
    await save(sql, ledger);
    for (const { given } of ledger.changes.admitted) receipts.learn(given.receiptId, given.epoch);
    return settled;
  };

  return {
    settle: batch(async (sql: Sql, calls: readonly [SettleCall][]) => {
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
    }),
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

function settleOne(ledger: Ledger, call: SettleCall): Settled<SettleReply> {
  try {
    return { value: "admit" in call ? admit(ledger, call.admit) : decide(ledger, call.decide) };
  } catch (error) {
    return { error };
  }
}
