import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { filled, using, withDir } from "../../support/store/copying.ts";
import { answersOf } from "../../support/store/fill.ts";
import { openStore, testDatabases } from "../../support/store/postgresDatabases.ts";
import { runAssay, spawnAssay } from "../../support/validator/validator.ts";

const databases = testDatabases();

/** Waits until somebody waits for a lock of the database. */
async function untilBlocked(client: pg.Client): Promise<void> {
  const waiting =
    "SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
  while ((await client.query(waiting)).rowCount === 0) await sleep(20);
}

test("a copy that is killed goes on when the command is given again, and says that the stores are equal", () =>
  withDir(databases, async (dir, url) => {
    const answers = await filled(join(dir, "assay.db"), 21, 60);
    const at = ["--data", dir, "--to", url] as const;
    assert.equal((await runAssay(["store", "migrate", ...at])).code, 0);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    // It can read that the table is empty, and waits where it fills it.
    await client.query("BEGIN");
    await client.query("LOCK TABLE work IN SHARE MODE");
    const child = spawnAssay(["store", "copy", ...at]);
    await untilBlocked(client);
    child.process.kill("SIGKILL");
    await once(child.process, "exit");
    await client.query("ROLLBACK");
    const sessions =
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while ((await client.query(sessions)).rowCount !== 0) await sleep(20);
    await client.end();
    const between = await runAssay(["store", "verify", ...at]);
    assert.equal(between.code, 1);
    assert.match(between.stdout, /DIFFERS +work +\d+ +0 +first at start \d+, lane/);
    const refused = await runAssay(["doctor", "--data", dir], {
      ASSAY_STORE_KIND: "postgres",
      ASSAY_STORE_URL: url,
    });
    assert.match(refused.stdout, /copy that has not ended/);
    const copied = await runAssay(["store", "copy", "--data", dir, "--to", "postgres"], {
      ASSAY_STORE_URL: url,
    });
    assert.equal(copied.code, 0, copied.stderr);
    assert.match(copied.stdout, /the stores are equal; the logs of 3 epochs are whole/);
    assert.deepEqual(await using(await openStore(url), answersOf), answers);
    const verified = JSON.parse((await runAssay(["store", "verify", ...at, "--json"])).stdout);
    assert.equal(verified.same, true);
    const again = JSON.parse((await runAssay(["store", "copy", ...at, "--json"])).stdout);
    assert.equal(again.error.code, "store_copy_refused");
  }));
