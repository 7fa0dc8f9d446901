import type { Store } from "../../../src/flow/store.ts";
import type { Records } from "../invariants/records.ts";
import { WORK } from "./lanes.ts";
import { pullers } from "./outside.ts";

const sorted = (texts: readonly string[]): string[] => texts.toSorted();

/**
 * Where the scenario ended, in what does not depend on chance or on when a process ran: ids of receipts and jobs, and which jobs were
 * drawn, differ after a crash, since a job that was under way is void and another one is sent.
 */
export async function endStateOf(store: Store, records: Records): Promise<Record<string, readonly string[]>> {
  const { submissions, credits, strikes, suspensions, epochs, miners } = records;
  const ofPull = (hotkey: string): boolean => pullers.some((puller) => puller === hotkey);
  const vectors: string[] = [];
  for (const period of periodsOf(records)) {
    const vector = await store.vector(period);
    const rows = vector?.weights.map(({ hotkey, u16 }) => `${hotkey} ${u16}`) ?? [];
    vectors.push(`${period}: ${vector === null ? "none" : sorted(rows).join(", ")}`);
  }
  const plans = await store.weightPlans(null, 100);
  const jobs = await store.customerJobs({ owner: null, state: null, after: null, limit: 100 });
  return {
    submissions: sorted(
      [...submissions.values()].map(
        ({ lane, challengeId, answerSha256, state, code }) =>
          `${lane} ${challengeId} ${answerSha256} ${state} ${code}`,
      ),
    ),
    credits: sorted(credits.map(({ lane, hotkey, weight }) => `${lane} ${hotkey} ${weight}`)),
    strikes: sorted(
      strikes
        .filter(({ lane }) => lane !== WORK)
        .map(({ hotkey, evidence, suspendUntil }) => `${hotkey} ${evidence.work_id} ${suspendUntil}`),
    ),
    suspensions: sorted(
      suspensions
        .filter(({ hotkey }) => ofPull(hotkey))
        .map(({ hotkey, kind, untilBlock }) => `${hotkey} ${kind} ${untilBlock}`),
    ),
    epochs: sorted(
      epochs.map(({ epoch, closed_at }) => `${epoch} ${closed_at === null ? "open" : "closed"}`),
    ),
    miners: sorted(
      miners
        .filter(({ hotkey }) => ofPull(hotkey))
        .map(({ hotkey, counts }) => `${hotkey} ${JSON.stringify(counts)}`),
    ),
    vectors,
    plans: plans.map(({ period, state, rows }) => `${period} ${state} ${JSON.stringify(rows)}`),
    jobs: sorted((jobs ?? []).map(({ clientKey, state, answer }) => `${clientKey} ${state} ${answer}`)),
  };
}

function periodsOf({ epochs }: Records): number[] {
  const [first] = epochs.map(({ epoch }) => epoch * 3).toSorted((a, b) => a - b);
  return Array.from({ length: 24 }, (_, i) => (first ?? 0) + i - 3);
}
