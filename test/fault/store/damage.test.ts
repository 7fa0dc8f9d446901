import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { commitment, decided, newSubmission, struck } from "../../conformance/store/fixtures.ts";
import { openInlineStore } from "../../support/store/inline.ts";
import { seeded } from "../../support/store/seeded.ts";

// A process is killed while it writes; then one bit of what it left is flipped, or its write-ahead log is cut. The next start
// refuses, or has everything that was acknowledged. SEED chooses the places, DAMAGE how many.

const child = join(import.meta.dirname, "../../support/store/child.ts");
/** Places, a fifth of them in each of five kinds of file. */
const ROUNDS = Math.ceil(Number(process.env.DAMAGE ?? 200) / 5);
const ACKNOWLEDGED = 200;
const SECTOR = 512;

interface Image {
  readonly folder: string;
  /** Receipts that the killed process had acknowledged. */
  readonly acknowledged: readonly string[];
  /** Every row, as the image opens undamaged. */
  readonly rows: string;
}

/** Fills a store and closes it, so that the database holds pages that the write-ahead log does not. */
async function fill(file: string): Promise<void> {
  const store = openInlineStore(file);
  await store.commitEpoch(commitment());
  for (let i = 0; i < 150; i++) {
    const row = newSubmission({ hotkey: `5Miner${i}` });
    await decided(store, row, i % 10 === 0 ? struck(row) : {});
  }
  await store.close();
}

/** Lets a process write until it has acknowledged enough, and kills it. */
async function killedWriter(file: string): Promise<string[]> {
  const writer = spawn(process.execPath, [child, "write", file, "r"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const chunk of writer.stdout) {
    said += chunk;
    if (said.split("\n").length > ACKNOWLEDGED && writer.exitCode === null) writer.kill("SIGKILL");
  }
  if (writer.signalCode === null) await once(writer, "exit");
  const lines = said.split("\n").slice(0, -1);
  return lines.filter((line) => line.startsWith("admitted ")).map((line) => line.slice("admitted ".length));
}

function allRows(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true });
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'seal'").all();
  const rows = tables.map(({ name }) => [name, db.prepare(`SELECT * FROM ${name}`).all()]);
  db.close();
  return JSON.stringify(rows);
}

async function makeImage(t: TestContext): Promise<Image> {
  const folder = mkdtempSync(join(tmpdir(), "assay-damage-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "assay.db");
  await fill(file);
  const acknowledged = await killedWriter(file);
  assert.ok(acknowledged.length > ACKNOWLEDGED / 3);
  const { copy, remove } = copyOf(folder);
  await openInlineStore(copy).close();
  const rows = allRows(copy);
  remove();
  return { folder, acknowledged, rows };
}

function copyOf(folder: string): { copy: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), "assay-damage-"));
  cpSync(folder, dir, { recursive: true });
  return { copy: join(dir, "assay.db"), remove: () => rmSync(dir, { recursive: true }) };
}

/** Opens a copy that was damaged; returns `refused`, or its rows. */
async function startDamaged({ folder }: Image, damage: (file: string) => void): Promise<string> {
  const { copy, remove } = copyOf(folder);
  try {
    damage(copy);
    await openInlineStore(copy).close();
    return allRows(copy);
  } catch (error) {
    assert.ok(error instanceof AssayError && error.problem.code === "store_corrupt", String(error));
    assert.match(error.message, /Lost at most: .*assay store check.*assay store salvage/);
    return "refused";
  } finally {
    remove();
  }
}

function flip(path: string, bit: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  writeFileSync(path, bytes);
}

/** Some sectors in a row hold nothing any more, as after a write that never reached the disk. */
function tear(path: string, pick: (most: number) => number): void {
  const bytes = readFileSync(path);
  const from = SECTOR * pick(Math.ceil(bytes.length / SECTOR));
  bytes.fill(0, from, Math.min(bytes.length, from + SECTOR * (1 + pick(8))));
  writeFileSync(path, bytes);
}

const sizeOf = (path: string): number => readFileSync(path).length;

function seedOf(t: TestContext): number {
  const seed = Number(
    process.env.SEED ?? process.env.ASSAY_TEST_SEED ?? Math.floor(systemRandom.unit() * 1e9),
  );
  t.diagnostic(`replay with SEED=${seed}`);
  return seed;
}

test("one flipped bit, a cut, or sectors that were not written, in the write-ahead log of a killed process: refused, or nothing acknowledged is gone", async (t) => {
  const pick = seeded(seedOf(t));
  const image = await makeImage(t);
  let refused = 0;
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const outcome = await startDamaged(image, (file) => {
      const log = `${file}-wal`;
      if (round % 3 === 0) flip(log, pick(8 * sizeOf(log)));
      else if (round % 3 === 1) truncateSync(log, pick(sizeOf(log)));
      else tear(log, pick);
    });
    if (outcome === "refused") refused++;
    else for (const receipt of image.acknowledged) assert.ok(outcome.includes(`"${receipt}"`), receipt);
  }
  t.diagnostic(`${refused} of ${2 * ROUNDS} starts refused`);
  assert.ok(refused > ROUNDS);
  for (const cut of [0, 31, 32, 33, 32 + 4120])
    assert.equal(
      await startDamaged(image, (file) => truncateSync(`${file}-wal`, cut)),
      "refused",
      `cut ${cut}`,
    );
  assert.equal(await startDamaged(image, (file) => rmSync(`${file}-wal`)), "refused");
});

test("one flipped bit, a cut, or sectors that were not written, in the database of a killed process: refused, or every row is as it was", async (t) => {
  const pick = seeded(seedOf(t));
  const image = await makeImage(t);
  let refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const outcome = await startDamaged(image, (file) => {
      if (round % 3 === 0) flip(file, pick(8 * sizeOf(file)));
      else if (round % 3 === 1) truncateSync(file, pick(sizeOf(file)));
      else tear(file, pick);
    });
    if (outcome === "refused") refused++;
    else assert.equal(outcome, image.rows);
  }
  t.diagnostic(`${refused} of ${ROUNDS} starts refused`);
  assert.ok(refused > 0);
});

test("one flipped bit in a closed database, its checksums or its mark: refused, or every row is as it was", async (t) => {
  const pick = seeded(seedOf(t));
  const image = await makeImage(t);
  await openInlineStore(join(image.folder, "assay.db")).close();
  for (const suffix of ["", ".sums", ".mark"]) {
    for (let round = 0; round < ROUNDS / 2; round++) {
      const outcome = await startDamaged(image, (file) =>
        flip(`${file}${suffix}`, pick(8 * sizeOf(`${file}${suffix}`))),
      );
      if (suffix === "") assert.equal(outcome, "refused");
      else if (outcome !== "refused") assert.equal(outcome, image.rows);
    }
  }
});
