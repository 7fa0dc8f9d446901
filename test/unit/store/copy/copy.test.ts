import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../../../src/core/clock.ts";
import { silentLog } from "../../../../src/core/log.ts";
import type { Store } from "../../../../src/flow/store.ts";
import { copy } from "../../../../src/store/copy/copy.ts";
import { openPostgresSource } from "../../../../src/store/copy/postgresSide.ts";
import { openPostgresTarget } from "../../../../src/store/copy/postgresTarget.ts";
import type { Watch } from "../../../../src/store/copy/progress.ts";
import { openSqliteSource } from "../../../../src/store/copy/sqliteSide.ts";
import { openSqliteTarget } from "../../../../src/store/copy/sqliteTarget.ts";
import { type Verified, verify } from "../../../../src/store/copy/verify.ts";
import { EPOCH, newSubmission } from "../../../conformance/store/fixtures.ts";
import { answersOf, fill } from "../../../support/store/fill.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { openStore, testDatabases } from "../../../support/store/postgresDatabases.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

const databases = testDatabases();
const quiet: Watch = () => {};
const at = (url: string) => ({ url, log: silentLog, clock: systemClock });

async function withDir(work: (dir: string, url: string) => Promise<void>): Promise<void> {
  const dir = temporaryDir();
  const all = await databases.get();
  const url = await all.makeEmpty();
  try {
    await work(dir, url);
  } finally {
    removeDir(dir);
    await all.drop(url);
  }
}

async function using<T>(store: Store, work: (store: Store) => Promise<T>): Promise<T> {
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function toServer(file: string, url: string, watch = quiet): Promise<Verified> {
  const source = openSqliteSource(file);
  try {
    const target = await openPostgresTarget(at(url));
    try {
      return await copy(source, target, watch);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function toFile(url: string, file: string, watch = quiet): Promise<Verified> {
  const source = await openPostgresSource(at(url));
  try {
    const target = openSqliteTarget(file, systemClock);
    try {
      return await copy(source, target, watch);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function compared(file: string, url: string): Promise<Verified> {
  const one = openSqliteSource(file);
  const other = await openPostgresSource(at(url));
  try {
    return await verify(one, other, quiet);
  } finally {
    await one.close();
    await other.close();
  }
}

const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

async function filled(file: string, seed: number, rounds: number): Promise<unknown> {
  return using(openInlineStore(file), async (store) => {
    await fill(store, seed, rounds);
    return answersOf(store);
  });
}

test("a store moves to PostgreSQL and back, and answers the same at each place", () =>
  withDir(async (dir, url) => {
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
  withDir(async (dir, url) => {
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
