import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { ClaimedSubmission } from "../../../src/flow/claims.ts";
import { SharedBacklog } from "../../../src/verify/submissions/sharedBacklog.ts";
import { CLAIMS_MOST, takeUp } from "../../../src/verify/submissions/takeUp.ts";
import { pendingSubmission } from "../../support/flow/submission.ts";

const claimed = (claims: number): ClaimedSubmission => ({ ...pendingSubmission(), claims });

async function taken(rows: readonly ClaimedSubmission[], takesWork = true) {
  const concluded: string[] = [];
  const kept = await takeUp(
    {
      store: {
        claim: async () => [...rows],
        claimCustomerJobs: async () => [],
        releaseCustomerJobs: async () => undefined,
        lostCustomerJobs: async () => [],
        undecided: async () => rows.length,
      },
      node: { token: 1, takesWork: () => takesWork },
      conclude: async (_row, { outcome }) => void concluded.push(outcome),
      log: silentLog,
    },
    10,
    new Set(),
  );
  return { kept: kept.length, concluded };
}

test("a row that was claimed as often as is allowed is checked, and once more ends it", async () => {
  assert.deepEqual(await taken([claimed(1), claimed(CLAIMS_MOST)]), { kept: 2, concluded: [] });
  assert.deepEqual(await taken([claimed(CLAIMS_MOST + 1), claimed(1)]), { kept: 1, concluded: ["error"] });
});

test("a process that takes no work claims nothing", async () => {
  assert.deepEqual(await taken([claimed(1)], false), { kept: 0, concluded: [] });
});

test("the backlog admits up to its bound: what was counted and what was let in since", async () => {
  let rows = 0;
  const backlog = new SharedBacklog(3, { count: async () => rows, metrics: noMetrics });
  const admit = (): boolean => backlog.reserve("sat") !== null;
  assert.deepEqual([admit(), admit(), admit(), admit()], [true, true, true, false]);
  assert.equal(backlog.hasRoom("sat"), false);
  rows = 2;
  await backlog.refresh();
  assert.deepEqual([admit(), admit()], [true, false]);
  rows = 0;
  await backlog.refresh();
  assert.ok(backlog.hasRoom("sat"));
});
