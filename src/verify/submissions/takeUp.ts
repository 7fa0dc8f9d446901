import type { Log } from "../../core/log.ts";
import type { ClaimedSubmission, Claims } from "../../flow/claims.ts";
import type { PendingSubmission } from "../../flow/submission.ts";
import type { Verdict } from "../../flow/verdict.ts";

/** A row that was claimed this often and has no verdict ended the process that checked it each time. */
export const CLAIMS_MOST = 5;

export interface TakeUpModules {
  readonly store: Claims;
  readonly node: { readonly token: number; takesWork(): boolean };
  readonly conclude: (submission: PendingSubmission, verdict: Verdict) => Promise<void>;
  readonly log: Log;
}

/** Claims undecided rows for this process; a row that was claimed too often ends void, which is nobody's fault. */
export async function takeUp(
  { store, node, conclude, log }: TakeUpModules,
  limit: number,
  except: ReadonlySet<string>,
): Promise<PendingSubmission[]> {
  if (!node.takesWork()) return [];
  const claimed = await store.claim(node.token, limit, except);
  const isSpent = ({ claims }: ClaimedSubmission): boolean => claims > CLAIMS_MOST;
  for (const row of claimed.filter(isSpent)) {
    log.error("claimed_too_often", { receipt_id: row.receiptId, hotkey: row.hotkey, claims: row.claims });
    await conclude(row, { outcome: "error", code: "check_crashed" });
  }
  return claimed.filter((row) => !isSpent(row));
}
