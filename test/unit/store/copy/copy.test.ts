import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { Store } from "../../../../src/flow/store.ts";
import type { Progress } from "../../../../src/store/copy/progress.ts";
import { EPOCH, newSubmission } from "../../../conformance/store/fixtures.ts";
import {
  compared,
  filled,
  hashOf,
  toFile,
  toServer,
  using,
  withDir,
} from "../../../support/store/copying.ts";
import { answersOf } from "../../../support/store/fill.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { openStore, testDatabases } from "../../../support/store/postgresDatabases.ts";

const databases = testDatabases();

test("a store moves to PostgreSQL and back, and answers the same at each place", () =>
  withDir(databases, async (dir, url) => {
    const file = join(dir, "assay.db");
    const answers = await filled(file, 7, 120);
    const before = hashOf(file);
    const there = await toServer(file, url);
    assert.deepEqual(
      there.tables.filter(({ first_difference: first }) => first !== null),
      [],
    );
    assert.ok(there.same, JSON.stringify(there.chains));
    assert.equal(hashOf(file), before, "the source is as it was");
    const empty = there.tables.filter(({ rows }) => rows.sqlite === 0).map(({ table }) => table);
    assert.deepEqual(empty, []);
    assert.deepEqual(await using(await openStore(url), answersOf), answers);
    const back = join(dir, "back", "assay.db");
    const again = await toFile(url, back);
    assert.ok(again.same);
    assert.deepEqual(
      again.tables.map(({ sha256 }) => sha256.sqlite),
      there.tables.map(({ sha256 }) => sha256.sqlite),
    );
    assert.deepEqual(await using(openInlineStore(back), answersOf), answers);
  }));

test("the copy goes on as the source would: new rows get new numbers, and what was answered is refused", () =>
  withDir(databases, async (dir, url) => {
    const file = join(dir, "assay.db");
    await filled(file, 11, 40);
    await toServer(file, url);
    const late = newSubmission({ epoch: EPOCH + 1 });
    const more = (store: Store) =>
      using(store, async () => {
        const [pending] = await store.pending(1, new Set());
        assert.ok(pending);
        const outcome = await store.admit(late);
        const job = await store.decide({
          ...{
            receiptId: pending.receiptId,
            state: "accepted",
            verified: true,
            code: null,
            at: 5,
            strike: null,
          },
        });
        await store.suspend({ hotkey: "5M9", kind: "operator", untilBlock: 1, reason: "r", by: "op", at: 1 });
        return [outcome.kind, job?.state, await answersOf(store)];
      });
    assert.deepEqual(await more(await openStore(url)), await more(openInlineStore(file)));
    assert.ok((await compared(file, url)).same, "also in the numbers of rows");
  }));

const codeOf = (code: string) => (error: unknown) => error instanceof AssayError && error.code === code;

/** Throws after a number of batches, as a process that ends there leaves it. */
function endingAfter(batches: number): (progress: Progress) => void {
  let left = batches;
  return ({ doing }) => {
    if (doing === "copying" && left-- === 0) throw new Error("ended here");
  };
}

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test("a copy that ended early goes on where it was, each way; until it has ended no start takes the target", () =>
  withDir(databases, async (dir, url) => {
    const file = join(dir, "assay.db");
    const answers = await filled(file, 3, 60);
    for (const batches of [0, 3, 9, 5, 1]) {
      await assert.rejects(toServer(file, url, endingAfter(batches)), /ended here/);
      await assert.rejects(openStore(url), codeOf("store_copying"));
      await assert.rejects(toFile(url, join(dir, "none", "assay.db")), codeOf("store_copying"));
    }
    assert.ok((await toServer(file, url)).same);
    assert.deepEqual(await using(await openStore(url), answersOf), answers);
    const back = join(dir, "back", "assay.db");
    for (const batches of [0, 7, 10, 2]) {
      await assert.rejects(toFile(url, back, endingAfter(batches)), /ended here/);
      assert.throws(() => openInlineStore(back), codeOf("store_copying"));
    }
    assert.ok((await toFile(url, back)).same);
    assert.deepEqual(await using(openInlineStore(back), answersOf), answers);
  }));

test("a target with records, or of another source, is refused and stays as it is", () =>
  withDir(databases, async (dir, url) => {
    const file = join(dir, "assay.db");
    await filled(file, 5, 10);
    await assert.rejects(toServer(file, url, endingAfter(2)), /ended here/);
    const before = await query(url, "SELECT * FROM notes");
    const other = join(dir, "other", "assay.db");
    await filled(other, 6, 10);
    await assert.rejects(toServer(other, url), codeOf("store_copy_refused"));
    // The source was written to since: what was copied may be out of date.
    await using(openInlineStore(file), (store) => store.setNote("since", "1"));
    await assert.rejects(toServer(file, url), codeOf("store_copy_refused"));
    assert.deepEqual(await query(url, "SELECT * FROM notes"), before);
    const used = await (await databases.get()).make();
    await using(await openStore(used), (store) => store.setNote("a", "b"));
    await assert.rejects(toServer(file, used), codeOf("store_copy_refused"));
    await assert.rejects(toFile(used, other), codeOf("store_copy_refused"));
    await (await databases.get()).drop(used);
  }));

test("a source or target that is in use is refused; so is a folder without a store", () =>
  withDir(databases, async (dir, url) => {
    const file = join(dir, "assay.db");
    const store = openInlineStore(file);
    await assert.rejects(toServer(file, url), codeOf("store_in_use"));
    await store.close();
    const running = await openStore(url, { use: "alone" });
    await assert.rejects(toServer(file, url), codeOf("store_in_use"));
    await assert.rejects(toFile(url, join(dir, "new.db")), codeOf("store_in_use"));
    await assert.rejects(compared(file, url), codeOf("store_in_use"));
    await running.close();
    mkdirSync(join(dir, "empty"));
    await assert.rejects(toServer(join(dir, "empty", "assay.db"), url), codeOf("store_copy_refused"));
    assert.deepEqual(readdirSync(join(dir, "empty")), []);
  }));

test("nodes that live keep a copy out", () =>
  withDir(databases, async (dir, url) => {
    const file = join(dir, "assay.db");
    await filled(file, 5, 5);
    await (await openStore(url)).close();
    await query(url, "DROP TABLE IF EXISTS nodes");
    await query(url, "CREATE TABLE nodes (until double precision NOT NULL)");
    await query(url, "INSERT INTO nodes SELECT extract(epoch FROM clock_timestamp()) * 1000 + 60000");
    await assert.rejects(toServer(file, url), codeOf("store_in_use"));
    await query(url, "UPDATE nodes SET until = 0");
    assert.ok((await toServer(file, url)).same);
  }));

/** A change to one row of a store on PostgreSQL, and where it has to be found. */
const changes = [
  ["UPDATE solves SET weight = weight + 1 WHERE challenge = (SELECT max(challenge) FROM solves)", "solves"],
  ["UPDATE strikes SET counted = 1 - counted WHERE id = 1", "strikes"],
  ["UPDATE notes SET value = 'b' WHERE key = 'plain'", "notes"],
  [
    "DELETE FROM pages WHERE ctid = (SELECT min(ctid) FROM pages WHERE tableoid = (SELECT min(tableoid) FROM pages))",
    "pages",
  ],
  ["INSERT INTO miners VALUES ('5Added', 1, 1, 0, 0, 0, 0)", "miners"],
  ["UPDATE answers SET bytes = '\\x00' WHERE id = (SELECT max(id) FROM answers)", "answers"],
  [
    "UPDATE submissions SET x = 'ffffffffffffffff' WHERE id = (SELECT max(id) FROM submissions)",
    "submissions",
  ],
] as const;

test("whatever row is changed, lost or added is found, with its key; a log that is no chain too", () =>
  withDir(databases, async (dir, url) => {
    const file = join(dir, "assay.db");
    await filled(file, 9, 60);
    await toServer(file, url);
    const found = new Set<string>();
    for (const [sql, table] of changes) {
      await query(url, sql);
      found.add(table);
      const { same, tables, chains } = await compared(file, url);
      assert.equal(same, false);
      const differing = tables.filter(({ first_difference: first }) => first !== null);
      assert.deepEqual(new Set(differing.map((finding) => finding.table)), found, sql);
      assert.ok(
        tables.every(
          ({ sha256, first_difference: first }) => (sha256.sqlite === sha256.postgres) === (first === null),
        ),
      );
      assert.equal(chains.faults.length, table === "submissions" ? 1 : 0, sql);
    }
    const { tables } = await compared(file, url);
    const miners = tables.find(({ table }) => table === "miners");
    assert.deepEqual(miners?.first_difference, { hotkey: "5Added" });
    const strikes = tables.find(({ table }) => table === "strikes");
    assert.deepEqual(strikes?.first_difference, { id: 1 });
  }));

test("a solve whose submission is gone has an id that no other has, and comes back as it was", () =>
  withDir(databases, async (dir, url) => {
    const file = join(dir, "assay.db");
    await filled(file, 13, 80);
    await toServer(file, url);
    const [row] = await query(
      url,
      `SELECT challenge FROM solves WHERE epoch = ${EPOCH} AND challenge LIKE 'pm-t?%' LIMIT 1`,
    );
    assert.match(String(row?.challenge), new RegExp(`^pm-t\\?-e${EPOCH}-[0-9a-f]{24}$`));
    const back = join(dir, "back", "assay.db");
    await toFile(url, back);
    const solvesIn = (path: string): unknown => {
      const db = new DatabaseSync(path, { readOnly: true });
      const rows = db.prepare("SELECT * FROM solves").all();
      db.close();
      return rows;
    };
    assert.deepEqual(solvesIn(back), solvesIn(file));
  }));

test("any store comes back as it went", async () => {
  const seed = fc.record({
    seed: fc.nat(),
    rounds: fc.nat(25),
    ends: fc.array(fc.nat(25), { maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(seed, ({ seed, rounds, ends }) =>
      withDir(databases, async (dir, url) => {
        const [file, back] = [join(dir, "assay.db"), join(dir, "back", "assay.db")];
        const answers = await filled(file, seed, rounds);
        for (const end of ends) await toServer(file, url, endingAfter(end)).catch(() => {});
        await toServer(file, url).catch(() => {});
        assert.ok((await compared(file, url)).same);
        for (const end of ends) await toFile(url, back, endingAfter(end)).catch(() => {});
        await toFile(url, back).catch(() => {});
        assert.ok((await compared(back, url)).same);
        assert.deepEqual(await using(openInlineStore(back), answersOf), answers);
      }),
    ),
    { numRuns: 4 },
  );
});
