import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { MinerView } from "../../../src/http/handlers.ts";
import type { ValidatorClient } from "../../../src/miner/client.ts";
import { crafted } from "../../support/crafted.ts";
import { fetched } from "../../support/documents.ts";
import { loadedConfig } from "../../support/fault/postgres/load.ts";
import { scaled } from "../../support/fault/scale.ts";
import { clientOf, ended, receiptIn, submit } from "../../support/lanes/sat/answers.ts";
import { type PostgresServer, startPostgres } from "../../support/store/postgresServer.ts";
import { startStandby } from "../../support/store/postgresStandby.ts";
import { dataDirWith, removeDir, startValidator, type Validator } from "../../support/validator/validator.ts";

// A replica that lags, or is gone, costs no honest miner an answer.

const ANSWERS = scaled(200, 10_000);
const AT_ONCE = 16;

let [primary, standby] = [null as PostgresServer | null, null as PostgresServer | null];
let [dir, validator] = ["", null as Validator | null];

async function metric(name: string): Promise<number> {
  const line = new RegExp(`^${name} (\\S+)$`, "m").exec((await validator?.metrics()) ?? "");
  return Number(line?.[1] ?? Number.NaN);
}

const byReplica = () => metric('assay_store_stale_reads_total{where="replica"}');

/** One right answer, from its 202 to its end: its receipt is known at once. */
async function honest(miner: ValidatorClient, seq: number): Promise<void> {
  const { challengeId, right } = crafted(miner.keypair.hotkey, seq);
  const reply = await submit(miner, challengeId, right[0]);
  assert.equal(reply.status, 202, reply.text);
  const receipt = receiptIn(reply);
  const read = await miner.signed("GET", `/v1/receipts/${receipt.receipt_id}`);
  assert.equal(read.status, 200, read.text);
  const { received_at, answer_sha256 } = receiptIn(read);
  assert.deepEqual([received_at, answer_sha256], [receipt.received_at, receipt.answer_sha256]);
  assert.equal((await ended(miner, receipt.receipt_id)).state, "accepted");
}

/** As many as a miner's allotment has. */
async function allAccepted(name: string): Promise<void> {
  const miner = await clientOf(validator?.url ?? "", name);
  let seq = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (seq < ANSWERS) await honest(miner, seq++);
    }),
  );
  const view = await fetched<MinerView>(miner.url, `/v1/miners/${miner.keypair.hotkey}`);
  assert.deepEqual([view.counts.submitted, view.counts.accepted], [seq, seq], "the page shows all of them");
}

describe("honest answers through HTTP", () => {
  before(async () => {
    primary = await startPostgres({ fsync: true });
    standby = await startStandby(primary, { fsync: true, settings: { recovery_min_apply_delay: "60s" } });
    const store = { kind: "postgres", url: primary.url, replica_url: standby.url, replica_max_lag_s: 1 };
    dir = dataDirWith({ ...loadedConfig, store });
    validator = await startValidator(dir, ["--log-level", "error"]);
  });
  after(async () => {
    await validator?.kill();
    removeDir(dir);
    await standby?.stop();
    await primary?.stop();
  });

  test("are all accepted while the replica is 60 s behind, and no page is older than its bound", async () => {
    while ((await metric("assay_store_replica_used")) !== 0) await sleep(100);
    const before = await byReplica();
    await allAccepted("//Alice");
    assert.ok((await metric("assay_store_replica_lag_seconds")) !== 0);
    assert.equal(await byReplica(), before);
  });

  test("are all accepted while the replica is gone", async () => {
    await standby?.stop();
    await allAccepted("//Bob");
    assert.equal(await metric("assay_store_replica_used"), 0);
    assert.equal(await metric("assay_store_failed_total"), 0);
  });
});
