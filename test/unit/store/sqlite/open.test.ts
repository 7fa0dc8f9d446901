import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { systemClock } from "../../../../src/core/clock.ts";
import { sha256Hex } from "../../../../src/core/hash.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import type { Store } from "../../../../src/flow/store.ts";
import type { UnsignedVector } from "../../../../src/flow/weights.ts";
import { Unreadable } from "../../../../src/store/records/rows.ts";
import { assertDurable } from "../../../../src/store/sqlite/durable.ts";
import { openFile } from "../../../../src/store/sqlite/file.ts";
import { knownVersion, migrate, schemaVersion } from "../../../../src/store/sqlite/migrations/migrate.ts";
import { openSqliteStore } from "../../../../src/store/sqlite/open.ts";
import {
  admitted,
  assertLog,
  closed,
  commitment,
  decided,
  decision,
  EPOCH,
  newSubmission,
  presentHead,
  signed,
  struck,
  unsigned,
} from "../../../conformance/store/fixtures.ts";
import { atMost, customerJob, drawn, groupOf, opened } from "../../../conformance/store/jobFixtures.ts";
import { planOf } from "../../../conformance/store/planCases.ts";
import { rewriteAsVersion4 } from "../../../support/store/version4.ts";
import { withoutShared } from "../../../support/store/version9.ts";
import { problemOf } from "../../../support/thrown.ts";
import { until } from "../../../support/until.ts";

const child = join(import.meta.dirname, "../../../support/store/child.ts");

const open = (file: string): Promise<Store> =>
  openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });

async function inFolder(work: (file: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "assay-open-"));
  try {
    await work(join(dir, "assay.db"));
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** Fills a store with one of everything that a start reads. */
async function fill(store: Store): Promise<void> {
  await store.commitEpoch(commitment());
  const caught = newSubmission();
  await decided(store, caught, struck(caught));
  await admitted(store, newSubmission());
  await opened(store);
  await store.addCustomerJob(customerJob(), atMost(10));
  assert.ok(await store.addLogHead(await presentHead(store)));
}

/** The files of a store that was filled and closed, by name. */
const files = new Map<string, Buffer>();

async function filled(file: string): Promise<void> {
  const dir = dirname(file);
  for (const [name, bytes] of files) writeFileSync(join(dir, name), bytes);
  if (files.size > 0) return;
  const store = await open(file);
  await fill(store);
  await store.close();
  for (const name of readdirSync(dir)) files.set(name, readFileSync(join(dir, name)));
}

/** Every file of the folder but SQLite's own bookkeeping of who reads. */
function fingerprints(file: string): Record<string, string> {
  const names = readdirSync(dirname(file)).filter((name) => !/\.lock$|-shm$/.test(name));
  const prints = names.map((name) => [name, sha256Hex(readFileSync(join(dirname(file), name)))] as const);
  return Object.fromEntries(prints.filter(([, print]) => print !== sha256Hex("")));
}

/** Opening is refused with the code, names the file and leaves every byte as it was. */
async function refuses(file: string, code: string): Promise<void> {
  const before = fingerprints(file);
  const problem = await problemOf(() => open(file));
  assert.equal(problem.code, code);
  assert.ok("file" in problem && basename(problem.file) === "assay.db");
  assert.deepEqual(fingerprints(file), before);
}

/** Changes a closed store behind the adapter's back; what would notice that is made to know nothing of the store. */
function tamper(file: string, sql: string): void {
  const db = new DatabaseSync(file, { defensive: false });
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'seal'").get())
    db.exec("UPDATE seal SET writes = 0");
  for (const suffix of [".sums", ".mark"]) rmSync(`${file}${suffix}`, { force: true });
  db.exec(sql);
  db.close();
}

test("opening makes the folder and the file; closing leaves one whole file and the lock", () =>
  inFolder(async (base) => {
    const file = join(dirname(base), "a", "b", "assay.db");
    const store = await open(file);
    await store.ping();
    await store.close();
    assert.deepEqual(
      readdirSync(dirname(file)).sort(),
      ["", ".lock", ".mark", ".sums"].map((suffix) => `assay.db${suffix}`),
    );
    await (await open(file)).close();
  }));

test("what is no store is refused and left alone", () =>
  inFolder(async (file) => {
    const contents = [
      "",
      "x",
      "garbage".repeat(3000),
      "SQLite format 3\0",
      `SQLite format 3\0${"\0".repeat(4080)}`,
    ];
    for (const content of contents) {
      writeFileSync(file, content);
      await refuses(file, "store_corrupt");
    }
  }));

test("a database of something else is refused, even an empty one", () =>
  inFolder(async (file) => {
    tamper(file, "CREATE TABLE things (a)");
    await refuses(file, "store_corrupt");
    tamper(file, "DROP TABLE things");
    await refuses(file, "store_corrupt");
  }));

test("a truncated store is refused at every length", () =>
  inFolder(async (file) => {
    await filled(file);
    const whole = readFileSync(file);
    for (const size of [whole.length - 4096, whole.length >> 1, 4096, 100, 99, 16, 1, 0]) {
      truncateSync(file, size);
      await refuses(file, "store_corrupt");
    }
    writeFileSync(file, whole);
    await (await open(file)).close();
  }));

test("a store with an overwritten page is refused, whichever page it is", () =>
  inFolder(async (file) => {
    await filled(file);
    const whole = readFileSync(file);
    for (const page of [0, 1, 2, 5, whole.length / 4096 - 1]) {
      writeFileSync(file, Buffer.from(whole).fill(0xa5, page * 4096, (page + 1) * 4096));
      await refuses(file, "store_corrupt");
    }
  }));

const damages: Record<string, string> = {
  "a strike without a block": `PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'block INTEGER NOT NULL', 'block INTEGER') WHERE name = 'strikes';
    PRAGMA writable_schema = RESET; UPDATE strikes SET block = NULL`,
  "a strike that counts by half": "UPDATE strikes SET counted = 2",
  "a suspension of no known kind": "UPDATE suspensions SET kind = 'amnesty'",
  "a policy that is no JSON": "UPDATE epochs SET policy = ''",
  "a pending answer of no known encoding": "UPDATE answers SET encoding = 'x'",
  "a pending answer that is gone": "DELETE FROM answers",
  "a pending row without its draw": "DELETE FROM log_lines WHERE n = 2",
  "a pending draw of no known class": "UPDATE submissions SET draw_class = '' WHERE state = 'pending'",
  "a table that is gone": "DROP TABLE suspensions",
  "open samples that are gone": "DROP TABLE open_samples",
  "signed heads that are gone": "DROP TABLE log_heads",
  "a signed head that is none": `PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'key_id TEXT NOT NULL', 'key_id TEXT') WHERE name = 'log_heads';
    PRAGMA writable_schema = RESET; UPDATE log_heads SET key_id = NULL`,
  "a queued job whose input is no JSON": "UPDATE customer_jobs SET input = '['",
};

for (const [name, sql] of Object.entries(damages)) {
  test(`${name} refuses the start`, () =>
    inFolder(async (file) => {
      await filled(file);
      tamper(file, sql);
      await refuses(file, "store_corrupt");
    }));
}

const noEvidence: Record<string, string> = {
  "no JSON": "UPDATE strikes SET evidence = '{'",
  "not evidence": `UPDATE strikes SET evidence = '{"work_id":"x"}'`,
  null: "UPDATE strikes SET evidence = 'null'",
};

for (const [name, sql] of Object.entries(noEvidence)) {
  test(`evidence that is ${name} is refused to who asks for it; its strike and its suspension stand`, () =>
    inFolder(async (file) => {
      await filled(file);
      tamper(file, sql);
      const store = await open(file);
      const { strikes, suspensions } = await store.standingState();
      assert.deepEqual([strikes.length, suspensions.length], [1, 1]);
      assert.equal((await problemOf(() => store.strikes("5Alice"))).code, "store_corrupt");
      await store.close();
    }));
}

test("standing that is damaged while the store runs is reported, never left out", () =>
  inFolder(async (file) => {
    const store = await open(file);
    await fill(store);
    assert.equal((await store.standingState()).strikes.length, 1);
    tamper(file, "UPDATE strikes SET counted = 2");
    const problem = await problemOf(() => store.standingState());
    assert.equal(problem.code, "store_corrupt");
    await store.close();
  }));

test("a store of a newer version is refused as such", () =>
  inFolder(async (file) => {
    await filled(file);
    tamper(file, `PRAGMA user_version = ${knownVersion + 1}`);
    await refuses(file, "store_too_new");
    const problem = await problemOf(() => open(file));
    assert.deepEqual(problem, {
      code: "store_too_new",
      file,
      version: knownVersion + 1,
      known: knownVersion,
    });
    tamper(file, `PRAGMA user_version = ${knownVersion}`);
    await (await open(file)).close();
  }));

test("a store whose file is gone while its write-ahead log is left is not begun anew", () =>
  inFolder(async (file) => {
    writeFileSync(`${file}-wal`, "frames");
    await refuses(file, "store_corrupt");
    assert.equal(existsSync(file), false);
  }));

test("a store that a crash left unfinished is made anew", () =>
  inFolder(async (file) => {
    writeFileSync(`${file}.creating`, "half");
    await (await open(file)).close();
    assert.equal(existsSync(`${file}.creating`), false);
  }));

test("paths that cannot be files are refused as such", () =>
  inFolder(async (base) => {
    const dir = dirname(base);
    writeFileSync(join(dir, "plain"), "");
    mkdirSync(join(dir, "folder"));
    for (const file of [join(dir, "plain", "assay.db"), join(dir, "folder")]) {
      assert.equal((await problemOf(() => open(file))).code, "file_unreadable");
    }
  }));

test("the image that a crash leaves opens whole; with its file damaged it is refused, log and all", () =>
  inFolder(async (file) => {
    const store = await open(file);
    await fill(store);
    const image = join(dirname(file), "image", "assay.db");
    mkdirSync(dirname(image));
    for (const suffix of ["", "-wal"]) copyFileSync(`${file}${suffix}`, `${image}${suffix}`);
    await store.close();
    const damaged = join(dirname(file), "damaged", "assay.db");
    mkdirSync(dirname(damaged));
    for (const suffix of ["", "-wal"]) copyFileSync(`${image}${suffix}`, `${damaged}${suffix}`);
    tamperBytes(damaged, 0);
    await refuses(damaged, "store_corrupt");
    assert.ok(existsSync(`${damaged}-wal`));
    const again = await open(image);
    assert.equal((await assertLog(again)).length, 4);
    await again.close();
  }));

function tamperBytes(file: string, offset: number): void {
  const content = readFileSync(file);
  writeFileSync(file, content.fill(0xa5, offset, offset + 64));
}

test("a second opener is told that the store is in use, in this process and in another", () =>
  inFolder(async (file) => {
    const store = await open(file);
    assert.deepEqual(await problemOf(() => open(file)), { code: "store_in_use", file });
    const second = spawn(process.execPath, [child, "hold", file], { stdio: ["ignore", "pipe", "inherit"] });
    const [[said]] = await Promise.all([once(second.stdout, "data"), once(second, "exit")]);
    assert.equal(String(said), "store_in_use\n");
    await fill(store);
    await store.close();
    await (await open(file)).close();
  }));

test("the lock of a killed process does not outlive it", () =>
  inFolder(async (file) => {
    const holder = spawn(process.execPath, [child, "hold", file], { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = await once(holder.stdout, "data");
    assert.equal(String(said), "open\n");
    assert.equal((await problemOf(() => open(file))).code, "store_in_use");
    const exited = once(holder, "exit");
    holder.kill("SIGKILL");
    await exited;
    await (await open(file)).close();
  }));

test("deleting the lock file, or every file beside the database, lets no second process in", () =>
  inFolder(async (file) => {
    const holder = spawn(process.execPath, [child, "hold", file], { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = await once(holder.stdout, "data");
    assert.equal(String(said), "open\n");
    for (const suffixes of [[".lock"], [], [".lock", "-shm", "-wal", ".mark", ".sums"]]) {
      for (const suffix of suffixes) rmSync(`${file}${suffix}`);
      assert.equal((await problemOf(() => open(file))).code, "store_in_use");
    }
    const exited = once(holder, "exit");
    holder.kill("SIGKILL");
    await exited;
    await (await open(file)).close();
  }));

test("a transaction that begins the write-ahead log anew and outgrows it leaves true checksums", () =>
  inFolder(async (file) => {
    const { db, guard, close } = openFile(file);
    db.exec("CREATE TABLE filler (content BLOB)");
    // The first one is copied into the database whole, so the next one begins at the front of the log.
    for (const pages of [4200, 6000]) {
      db.exec("BEGIN");
      const insert = db.prepare("INSERT INTO filler VALUES (zeroblob(4000))");
      for (let i = 0; i < pages; i++) insert.run();
      db.exec("UPDATE filler SET content = randomblob(4000); COMMIT");
      guard.rest(systemClock);
    }
    close();
    openFile(file).close();
  }));

test("another program may read the store while it is open, and does not keep a start away afterwards", () =>
  inFolder(async (file) => {
    const store = await open(file);
    await fill(store);
    const script = `const { DatabaseSync } = require("node:sqlite");
      const db = new DatabaseSync(process.argv[1], { readOnly: true });
      console.log(db.prepare("SELECT count(*) AS n FROM strikes").get().n);`;
    const reader = spawn(process.execPath, ["-e", script, file], { stdio: ["ignore", "pipe", "inherit"] });
    const [[read]] = await Promise.all([once(reader.stdout, "data"), once(reader, "exit")]);
    assert.equal(String(read), "1\n");
    await store.close();
    await (await open(file)).close();
  }));

test("a store whose file was deleted or replaced acknowledges nothing more", () =>
  inFolder(async (file) => {
    for (const replace of [false, true]) {
      let lost: unknown = null;
      const store = await openSqliteStore({
        ...{ file, log: silentLog, metrics: noMetrics, clock: systemClock },
        lost: (cause) => {
          lost = cause;
        },
      });
      await store.commitEpoch(commitment());
      const before = readFileSync(file);
      rmSync(file);
      if (replace) writeFileSync(file, before);
      assert.equal((await problemOf(() => store.setNote("a", "1"))).code, "store_unavailable");
      await until(() => lost !== null);
      assert.match(String(lost), /was deleted or replaced/);
      await store.close();
      for (const name of readdirSync(dirname(file))) rmSync(join(dirname(file), name), { force: true });
    }
  }));

test("durability is read back: anything but WAL with FULL is refused", () =>
  inFolder(async (file) => {
    const db = new DatabaseSync(file);
    const found = () => problemOf(() => assertDurable(db, file));
    db.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL");
    assert.equal((await found()).code, "store_not_durable");
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const problem = await found();
    assert.ok(problem.code === "store_not_durable" && problem.found.includes("synchronous is 1"));
    db.exec("PRAGMA synchronous = OFF");
    assert.equal((await found()).code, "store_not_durable");
    db.exec("PRAGMA synchronous = FULL");
    assertDurable(db, file);
    db.close();
  }));

test("a migration whose outcome is refused leaves no trace; one that ran does not run again", () => {
  const db = new DatabaseSync(":memory:");
  const refuse = () => {
    throw new Unreadable("refused");
  };
  assert.throws(() => migrate(db, refuse), Unreadable);
  assert.equal(schemaVersion(db), 0);
  assert.deepEqual(db.prepare("SELECT name FROM sqlite_schema").all(), []);
  migrate(db, () => {});
  assert.equal(schemaVersion(db), knownVersion);
  migrate(db, refuse);
  db.close();
});

/** Turns a store into one without what customers got: owners, deadlines, private inputs, tokens. */
const withoutCustomers = `DROP TABLE customer_tokens; DROP INDEX customer_jobs_by_owner;
  DROP INDEX customer_jobs_by_state; ALTER TABLE customer_jobs DROP COLUMN owner;
  ALTER TABLE customer_jobs DROP COLUMN private_input; ALTER TABLE customer_jobs DROP COLUMN deadline_at;
  ALTER TABLE customer_jobs DROP COLUMN verified`;

/** Turns a store into one that knows no plans of weights. */
const withoutPlans = `${withoutShared}; DROP TABLE weight_plans`;

/** Turns a store into one whose epochs had no terms. */
const withoutTerms = `${withoutPlans}; ALTER TABLE epochs DROP COLUMN terms; ALTER TABLE epochs DROP COLUMN ends_at`;

/** Turns a store into one of version 3, whose vectors had their period as an epoch. */
const toVersion3 = `ALTER TABLE vectors RENAME COLUMN period TO epoch; PRAGMA user_version = 3`;

/** Turns a store into one of version 2, as it was before signed heads. */
const toVersion2 = `${toVersion3}; DROP TABLE log_heads; DROP TABLE retired_epochs; PRAGMA user_version = 2`;

/** Turns a store into one of version 1, as it was before jobs. */
const toVersion1 = `${toVersion2}; DROP TABLE open_samples; DROP TABLE work; DROP TABLE customer_jobs;
  DELETE FROM log_lines WHERE n = 3; UPDATE epochs SET log_length = 3,
    log_head = (SELECT hash FROM log_lines WHERE n = 2);
  PRAGMA user_version = 1`;

test("a store of version 1 is brought up with all it holds, and takes jobs", () =>
  inFolder(async (file) => {
    await filled(file);
    rewriteAsVersion4(file);
    tamper(file, toVersion1);
    const store = await open(file);
    assert.equal((await assertLog(store)).length, 3);
    assert.equal((await store.strikes("5Alice")).length, 1);
    assert.equal((await store.pending(10, new Set())).length, 1);
    await store.recordDraws([groupOf([drawn()])]);
    assert.equal((await store.openSamples(10)).length, 1);
    assert.deepEqual(await store.work(0), []);
    assert.deepEqual(await store.queuedCustomerJobs(10), []);
    await store.close();
    const db = new DatabaseSync(file);
    assert.equal(schemaVersion(db), knownVersion);
    db.close();
  }));

test("a store of version 2 is brought up: an epoch that closed before has no signed head, others go on", () =>
  inFolder(async (file) => {
    const before = await open(file);
    for (const epoch of [EPOCH, EPOCH + 1]) await before.commitEpoch(commitment(epoch));
    const row = newSubmission({ epoch: EPOCH + 1 });
    await admitted(before, row);
    const record = await closed(before);
    assert.equal(record?.closed_at, 1);
    await before.close();
    rewriteAsVersion4(file);
    tamper(file, toVersion2);
    const store = await open(file);
    assert.deepEqual(await store.epoch(EPOCH), record);
    assert.deepEqual(await store.logHeads(EPOCH), []);
    assert.ok(await store.addLogHead(await presentHead(store, EPOCH + 1)));
    await store.decide(decision(row.receiptId));
    assert.equal((await closed(store, { epoch: EPOCH + 1 }))?.closed_at, 1);
    assert.equal((await store.logHeads(EPOCH + 1)).length, 2);
    // Whether retention dropped it before the store knew of such: it may have.
    await assert.rejects(store.commitEpoch(commitment(EPOCH - 1)), { code: "epoch_expired" });
    assert.equal((await store.commitEpoch(commitment(EPOCH + 2))).log_length, 0);
    await store.close();
  }));

test("a store of version 3 is brought up: its vectors and intents stay as they were recorded", () =>
  inFolder(async (file) => {
    const old = ({ period: _, ...vector }: UnsignedVector): UnsignedVector => vector;
    const before = await open(file);
    await before.saveVector({ ...old(unsigned(7)), signature: "s" });
    await before.recordIntent(old(unsigned(8)));
    await before.close();
    rewriteAsVersion4(file);
    tamper(file, toVersion3);
    const store = await open(file);
    assert.deepEqual(await store.vector(7), { ...old(unsigned(7)), signature: "s" });
    assert.deepEqual(await store.recordIntent(unsigned(8)), old(unsigned(8)));
    assert.equal((await store.latestVector())?.epoch, 7);
    await store.close();
  }));

test("a store of version 4 is brought up: rows, log, credit and pages stay, answers that were decided go", () =>
  inFolder(async (file) => {
    const before = await open(file);
    await fill(before);
    const id = `pm-t1-e${EPOCH}-${"0a".repeat(12)}`;
    const rows = [
      newSubmission({ challengeId: id, text: "right", answerSha256: sha256Hex("right") }),
      newSubmission({ challengeId: `${id}x`, receiptId: "rc_short" }),
      newSubmission({ lane: "other", challengeId: "odd", answerSha256: "odd", hotkey: "5Bob" }),
    ];
    for (const row of rows) await decided(before, row);
    const page = { lane: "sat", hotkey: "5Alice", epoch: EPOCH, tier: 1, from: 5, to: 50, at: 2 };
    await before.recordPage(page);
    const facts = async (store: Store) => ({
      log: await assertLog(store),
      rows: await Promise.all(rows.map((row) => store.submission(row.receiptId))),
      pending: await store.pending(10, new Set()),
      credits: await store.credits(0),
      standing: await store.standingState(),
      strikes: await store.strikes("5Alice"),
      pages: await store.issuedPages("5Alice", EPOCH),
    });
    const was = await facts(before);
    await before.close();
    rewriteAsVersion4(file);
    tamper(file, `INSERT INTO pages VALUES (${EPOCH}, '5Alice', 'sat', 1, 20, 30, 1)`);
    const store = await open(file);
    assert.deepEqual(await facts(store), was);
    // Known answers are replays, solved challenges stay solved, and what waited can be decided, in the same log.
    for (const row of rows) assert.equal((await store.admit(row)).kind, "replay");
    for (const { challengeId, lane } of rows)
      assert.deepEqual(await store.admit(newSubmission({ challengeId, lane, text: "other" })), {
        ...{ kind: "refused", code: "already_solved" },
      });
    for (const { receiptId } of was.pending) await store.decide(decision(receiptId));
    assert.deepEqual((await assertLog(store)).slice(0, was.log.length), was.log);
    await store.close();
    const db = new DatabaseSync(file);
    assert.equal(db.prepare("SELECT count(*) AS n FROM answers").get()?.n, 0);
    db.close();
  }));

test("a store of version 6 is brought up: what waits gets a day, and what is done was verified", () =>
  inFolder(async (file) => {
    const [waits, ended] = [customerJob({ clientKey: "a" }), customerJob({ clientKey: "b" })];
    const store = await open(file);
    for (const job of [waits, ended]) await store.addCustomerJob(job, atMost(10));
    const end = { attempts: 1, state: "done", answer: "{}", verified: true, hotkey: "5Alice" } as const;
    await store.updateCustomerJob({ jobId: ended.jobId, ...end, code: null, endedAt: 9 });
    await store.close();
    tamper(file, `${withoutTerms}; ${withoutCustomers}; PRAGMA user_version = 6`);
    const from = systemClock.nowMs();
    const again = await open(file);
    const kept = (await again.customerJob(waits.jobId)) ?? assert.fail();
    assert.deepEqual({ ...kept, deadlineAt: waits.deadlineAt }, waits);
    const left = (kept.deadlineAt ?? 0) - from;
    assert.ok(left > 86_400_000 - 1000 && left < 86_400_000 + 600_000, `${left}`);
    const done = (await again.customerJob(ended.jobId)) ?? assert.fail();
    assert.deepEqual([done.state, done.verified, done.deadlineAt], ["done", true, null]);
    assert.equal((await again.addCustomerJob(waits, atMost(10))).kind, "replay");
    assert.deepEqual(await again.customerTokens(), []);
    await again.close();
  }));

test("a store of version 7 is brought up: its open epochs get their terms, once", () =>
  inFolder(async (file) => {
    const before = await open(file);
    const record = await before.commitEpoch(commitment());
    await before.close();
    tamper(file, `${withoutTerms}; PRAGMA user_version = 7`);
    const store = await open(file);
    assert.deepEqual(await store.epoch(EPOCH), record);
    const terms = (hours: number) => ({
      ...{ hours, begins_at: EPOCH * 3_600_000, ends_at: (EPOCH + 1) * 3_600_000 },
      ...{ scheme: "sealed" as const, lanes: {} },
    });
    const { terms: kept, ...rest } = await store.commitEpoch({ ...commitment(), terms: terms(1) });
    assert.deepEqual([kept, rest], [terms(1), record]);
    assert.deepEqual((await store.commitEpoch({ ...commitment(), terms: terms(2) })).terms, terms(1));
    assert.deepEqual([await store.isEpochUsed(EPOCH), await store.isEpochUsed(EPOCH + 1)], [true, false]);
    await store.close();
  }));

test("a store of version 8 is brought up: its vectors stay, and it takes plans of weights", () =>
  inFolder(async (file) => {
    const before = await open(file);
    await before.saveVector(signed(7));
    await before.close();
    tamper(file, `${withoutPlans}; PRAGMA user_version = 8`);
    const store = await open(file);
    assert.deepEqual(await store.vector(7), signed(7));
    assert.deepEqual(await store.openWeightPlans(), []);
    await store.saveWeightPlan(planOf(7));
    await store.close();
    const again = await open(file);
    assert.deepEqual(await again.openWeightPlans(), [planOf(7)]);
    await again.close();
  }));

test("an open plan of weights that cannot be read refuses the start, an ended one does not", () =>
  inFolder(async (file) => {
    for (const state of ["confirmed", "submitted"] as const) {
      const store = await open(file);
      await store.saveWeightPlan(planOf(7, { state }));
      await store.close();
      tamper(file, "UPDATE weight_plans SET plan = '{}' WHERE period = 7");
      if (state === "submitted") assert.equal((await problemOf(() => open(file))).code, "store_corrupt");
    }
  }));

test("a store of version 1 whose rows are damaged is refused as it is", () =>
  inFolder(async (file) => {
    await filled(file);
    rewriteAsVersion4(file);
    tamper(file, `${toVersion1}; UPDATE suspensions SET kind = 'amnesty'`);
    assert.equal((await problemOf(() => open(file))).code, "store_corrupt");
    const db = new DatabaseSync(file);
    assert.equal(schemaVersion(db), 1);
    db.close();
  }));

test("bounds that bound nothing are refused", async () => {
  const options = { file: "unused", log: silentLog, metrics: noMetrics, clock: systemClock };
  for (const bad of [{ groupMs: -1 }, { groupMax: 0 }, { queueMax: 0 }, { groupMs: Number.NaN }]) {
    await assert.rejects(openSqliteStore({ ...options, ...bad }), RangeError);
  }
});
