import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import {
  admitted,
  assertLog,
  commitment,
  decision,
  newSubmission,
} from "../../../conformance/store/fixtures.ts";
import { atMost, customerJob } from "../../../conformance/store/jobFixtures.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { withoutShared } from "../../../support/store/version9.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

test("a store of version 9 is brought up: what waits belongs to nobody, and a node can take it", async () => {
  const dir = temporaryDir();
  const file = join(dir, "assay.db");
  try {
    const before = openInlineStore(file);
    await before.commitEpoch(commitment());
    const waits = await admitted(before, newSubmission());
    const job = customerJob();
    await before.addCustomerJob(job, atMost(10));
    await before.close();
    for (const suffix of [".sums", ".mark"]) rmSync(`${file}${suffix}`);
    const db = new DatabaseSync(file, { defensive: false });
    db.exec(`UPDATE seal SET writes = 0; ${withoutShared}; PRAGMA user_version = 9`);
    db.close();

    const store = openInlineStore(file);
    const node = await store.joinNode({ name: "one", roles: ["verify"], version: "1" }, 600_000);
    assert.equal(node, 1);
    assert.deepEqual(await store.claim(node, 9, new Set()), [{ ...waits, claims: 1 }]);
    assert.deepEqual(await store.claimCustomerJobs(node, 9), [job]);
    assert.notEqual(await store.decide(decision(waits.receiptId, { node })), null);
    await assertLog(store);
    await store.close();
  } finally {
    removeDir(dir);
  }
});
