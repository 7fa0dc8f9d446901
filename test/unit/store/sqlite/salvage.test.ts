import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { sha256Hex } from "../../../../src/core/hash.ts";
import { checkStore } from "../../../../src/store/sqlite/salvage/check.ts";
import { salvage } from "../../../../src/store/sqlite/salvage/salvage.ts";
import { commitment, decided, EPOCH, newSubmission, struck } from "../../../conformance/store/fixtures.ts";
import { planOf } from "../../../conformance/store/planCases.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { problemOf } from "../../../support/thrown.ts";

const ROWS = 120;

/** A closed store with two epochs, strikes and suspensions. */
async function filledStore(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "assay-salvage-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "assay.db");
  const store = openInlineStore(file);
  for (const epoch of [EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
  for (let i = 0; i < ROWS; i++) {
    const row = newSubmission({ hotkey: `5Miner${i}`, epoch: EPOCH + (i % 2), receiptId: `rc_${i}` });
    await decided(store, row, i % 20 === 0 ? struck(row) : {});
  }
  await store.close();
  return file;
}

/** Alters what was logged, behind the store's back: one of the rows that a line is made of. */
function alterLine(file: string): void {
  const tool = new DatabaseSync(file);
  tool.exec("UPDATE submissions SET rate = '1/3' WHERE receipt = 'rc_7'");
  tool.close();
}

const faultsOf = (file: string): string[] =>
  checkStore(file)
    .filter(({ fault }) => fault !== null)
    .map(({ name }) => name);

const contentOf = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => !/-shm$|\.lock$/.test(name) && readFileSync(join(folder, name)).length > 0)
    .sort()
    .map((name) => `${name} ${sha256Hex(readFileSync(join(folder, name)))}`)
    .join("\n");

test("a whole store passes the check, which changes nothing", async (t) => {
  const file = await filledStore(t);
  const before = contentOf(dirname(file));
  assert.deepEqual(faultsOf(file), []);
  assert.equal(contentOf(dirname(file)), before);
});

test("the check names everything that is wrong, not only the first", async (t) => {
  const file = await filledStore(t);
  alterLine(file);
  rmSync(`${file}.mark`);
  const before = contentOf(dirname(file));
  assert.deepEqual(faultsOf(file), ["pages", "acknowledged writes", "rows", "logs"]);
  assert.equal(contentOf(dirname(file)), before);
});

test("a check or salvage beside a process that has the store open is refused", async (t) => {
  const file = await filledStore(t);
  const store = openInlineStore(file);
  assert.equal((await problemOf(() => checkStore(file))).code, "store_in_use");
  assert.equal((await problemOf(() => salvage(file, `${file}.out`))).code, "store_in_use");
  assert.ok(!existsSync(`${file}.out`));
  await store.close();
});

test("a whole store is salvaged whole; neither an existing folder nor a missing store is accepted", async (t) => {
  const file = await filledStore(t);
  const out = join(dirname(file), "out");
  const report = salvage(file, out);
  assert.deepEqual([report.writesLost, report.epochsDropped, report.voided, report.doubtful], [0, [], 0, []]);
  assert.ok(report.tables.every(({ dropped, complete }) => dropped === 0 && complete));
  const rows = (path: string) => {
    const db = new DatabaseSync(path, { readOnly: true });
    const all = report.tables.map(({ table }) => db.prepare(`SELECT * FROM ${table}`).all());
    db.close();
    return all;
  };
  assert.deepEqual(rows(report.file), rows(file));
  assert.deepEqual(faultsOf(report.file), []);
  assert.equal((await problemOf(() => salvage(file, out))).code, "file_unreadable");
  assert.equal((await problemOf(() => salvage(`${file}.no`, `${out}2`))).code, "file_unreadable");
});

test("an altered line costs its epoch, which is never drawn from again; everything else is kept", async (t) => {
  const file = await filledStore(t);
  alterLine(file);
  assert.equal((await problemOf(() => openInlineStore(file))).code, "store_corrupt");
  const before = contentOf(dirname(file));
  const out = mkdtempSync(join(tmpdir(), "assay-salvage-"));
  t.after(() => rmSync(out, { recursive: true }));
  const report = salvage(file, join(out, "new"));
  assert.equal(contentOf(dirname(file)), before);
  assert.deepEqual([report.epochsDropped, report.doubtful], [[EPOCH + 1], ["submissions"]]);
  const store = openInlineStore(report.file);
  assert.notEqual(await store.note("backup"), null, "what it may lack is held back as after a restore");
  assert.equal(await store.epoch(EPOCH + 1), null);
  assert.equal((await problemOf(() => store.commitEpoch(commitment(EPOCH + 1)))).code, "epoch_expired");
  assert.equal((await store.logPage(EPOCH, -1, 1000)).length, ROWS);
  assert.equal((await store.standingState()).suspensions.length, ROWS / 20);
  assert.equal((await store.submission("rc_7"))?.state, "accepted");
  await store.close();
});

test("suspensions whose pages are damaged come back from their strikes: no amnesty", async (t) => {
  const file = await filledStore(t);
  const db = new DatabaseSync(file, { readOnly: true });
  const page = db.prepare("SELECT rootpage AS n FROM sqlite_schema WHERE name = 'suspensions'").get()
    ?.n as number;
  db.close();
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xa5, (page - 1) * 4096, page * 4096));
  const report = salvage(file, join(dirname(file), "out"));
  assert.equal(report.suspensionsRestored, ROWS / 20);
  const store = openInlineStore(report.file);
  assert.equal((await store.standingState()).suspensions.length, ROWS / 20);
  await store.close();
});

test("a damaged frame in the middle of the write-ahead log loses nothing that the frames after it tell", async (t) => {
  const file = await filledStore(t);
  const store = openInlineStore(file);
  for (let i = 0; i < 30; i++) await decided(store, newSubmission({ receiptId: `rc_late${i}` }));
  const image = mkdtempSync(join(tmpdir(), "assay-salvage-"));
  t.after(() => rmSync(image, { recursive: true }));
  for (const name of readdirSync(dirname(file)))
    if (!/-shm$|\.lock$/.test(name))
      writeFileSync(join(image, name), readFileSync(join(dirname(file), name)));
  await store.close();
  const log = join(image, "assay.db-wal");
  const bytes = readFileSync(log);
  bytes.writeUInt8(bytes.readUInt8(32 + 24 + 4000) ^ 1, 32 + 24 + 4000);
  writeFileSync(log, bytes);
  const copy = join(image, "assay.db");
  const problem = await problemOf(() => openInlineStore(copy));
  assert.ok(problem.code === "store_corrupt" && /frame 1 of the write-ahead log/.test(problem.cause_text));
  const report = salvage(copy, join(image, "out"));
  assert.deepEqual([report.writesLost, report.suspects, report.epochsDropped], [0, 1, []]);
  const saved = openInlineStore(report.file);
  for (let i = 0; i < 30; i++) assert.equal((await saved.submission(`rc_late${i}`))?.state, "accepted");
  await saved.close();
});

test("a line that was altered while the store is open is not served", async (t) => {
  const file = await filledStore(t);
  const store = openInlineStore(file);
  const tool = new DatabaseSync(file);
  tool.exec("UPDATE submissions SET rate = '1/3' WHERE epoch = 500001 AND draw_n = 8");
  const page = (after: number) => problemOf(() => store.logPage(EPOCH + 1, after, 4));
  assert.equal((await store.logPage(EPOCH + 1, -1, 8)).length, 8);
  assert.equal((await page(7)).code, "store_corrupt");
  tool.exec("DELETE FROM log_lines WHERE epoch = 500000 AND n >= 100");
  assert.equal((await problemOf(() => store.logPage(EPOCH, 95, 32))).code, "store_corrupt");
  tool.close();
  await store.close();
});

test("plans of weights are salvaged, but for one that cannot be read", async (t) => {
  const file = await filledStore(t);
  const store = openInlineStore(file);
  for (const period of [7, 8])
    await store.saveWeightPlan(planOf(period, { state: "committed", salt: [period] }));
  await store.close();
  const tool = new DatabaseSync(file);
  tool.exec("UPDATE weight_plans SET state = 'lost' WHERE period = 7");
  tool.close();
  const report = salvage(file, join(dirname(file), "out"));
  const table = report.tables.find(({ table }) => table === "weight_plans");
  assert.deepEqual(table, { table: "weight_plans", kept: 1, dropped: 1, complete: true });
  const kept = openInlineStore(report.file);
  assert.deepEqual(await kept.openWeightPlans(), [planOf(8, { state: "committed", salt: [8] })]);
  await kept.close();
});
