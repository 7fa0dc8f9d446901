import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../../../src/core/clock.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { asProblem, openFile } from "../../../../src/store/sqlite/file.ts";
import { Group } from "../../../../src/store/sqlite/thread/group.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

const ofSqlite = (errcode: number) =>
  Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode });
const ofSystem = (code: string) => Object.assign(new Error(code), { code, syscall: "write" });

function codeOf(error: unknown): string {
  const problem = asProblem(error, "assay.db");
  assert.ok(problem instanceof AssayError);
  return problem.code;
}

test("a full disk at a start is a problem of its own: nothing is damaged", () => {
  const SHARED_MEMORY_SIZE = 10 | (19 << 8);
  for (const error of [ofSqlite(13), ofSqlite(SHARED_MEMORY_SIZE), ofSystem("ENOSPC"), ofSystem("EDQUOT")])
    assert.equal(codeOf(error), "store_full");
  assert.match((asProblem(ofSqlite(13), "assay.db") as Error).message, /Nothing is damaged: free space/);
  for (const error of [ofSqlite(10), ofSystem("EACCES")]) assert.equal(codeOf(error), "file_unreadable");
  assert.equal(codeOf(ofSqlite(11)), "store_corrupt");
});

test("a write that finds no room is refused as such, is not recorded, and the next one works once there is room", () => {
  const dir = temporaryDir();
  const file = openFile(join(dir, "assay.db"));
  try {
    const { db, guard } = file;
    const group = new Group(db, "assay.db", guard);
    const blob = "x".repeat(20_000);
    const put = db.prepare(
      "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    );
    const pages = db.prepare("PRAGMA page_count").get()?.page_count;
    const write = (id: number, text: string) => group.write(id, () => put.run(`note-${id}`, text).changes);
    db.exec(`PRAGMA max_page_count = ${pages}`);
    write(1, blob);
    write(2, "small");
    const [first, second] = group.commit();
    const full = { kind: "problem", problem: { code: "storage_full", retry_after_s: 5 } };
    assert.deepEqual([first?.[0], { ...first?.[1], cause: undefined }], [1, { ...full, cause: undefined }]);
    assert.deepEqual([second?.[0], { ...second?.[1], cause: undefined }], [2, { ...full, cause: undefined }]);
    assert.equal(group.fatal, null);
    db.exec("PRAGMA max_page_count = 1073741823");
    write(3, blob);
    assert.deepEqual(group.commit(), [[3, null, 1]]);
    const names = db.prepare("SELECT key FROM notes WHERE key LIKE 'note-%'").all();
    assert.deepEqual(
      names.map(({ key }) => key),
      ["note-3"],
    );
  } finally {
    file.close();
    removeDir(dir);
  }
});

test("a log that finds no room in the database stays, and is copied later", () => {
  const dir = temporaryDir();
  const file = openFile(join(dir, "assay.db"));
  try {
    const { db, guard } = file;
    const group = new Group(db, "assay.db", guard);
    const put = db.prepare("INSERT INTO notes (key, value) VALUES (?, ?)");
    const fill = (key: string) => {
      group.write(0, () => put.run(key, "x".repeat(1100 * 4096)).changes);
      assert.deepEqual(group.commit(), [[0, null, 1]]);
      guard.rest(systemClock);
    };
    const copied = () => db.prepare("PRAGMA wal_checkpoint(NOOP)").get()?.checkpointed;
    const { exec } = db;
    let tries = 0;
    db.exec = () => {
      tries++;
      throw ofSqlite(13);
    };
    fill("one");
    db.exec = exec;
    assert.deepEqual([tries, copied()], [1, 0]);
    fill("two");
    assert.ok(Number(copied()) > 2200);
    db.exec = () => {
      throw ofSqlite(10);
    };
    assert.throws(() => fill("three"), /full/);
    db.exec = exec;
  } finally {
    file.close();
    removeDir(dir);
  }
});
