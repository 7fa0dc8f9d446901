import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { SignedVector } from "../../../src/flow/weights.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  startValidator,
  temporaryDir,
} from "../../support/validator/validator.ts";

// A disk is lost, and a backup from before the last vector is put back, with real processes.

const dir = temporaryDir();
after(() => removeDir(dir));
const backup = join(dir, "backup");
const restored = join(dir, "restored");

const operations = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
const [section = ""] = operations.split("## Backup and restore\n")[1]?.split("\n## ") ?? [];

/** The arguments of a command as the section of the documentation has it, with folders of this test. */
function documented(name: string, data: string): string[] {
  const line = section.split("\n").find((text) => text.startsWith(`assay ${name} `)) ?? assert.fail(name);
  const folders = line.replace("/var/lib/assay", data).replace("/var/backups/assay/2026-01-31", backup);
  return folders.split(" ").slice(1);
}

type Answer = Readonly<Record<string, unknown>>;

async function json(...args: string[]) {
  const { code, stdout, stderr } = await runAssay([...args, "--json"]);
  assert.equal(stderr, "");
  return { code, document: JSON.parse(stdout) as Answer & { error?: { code: string; message: string } } };
}

const get = async (url: string): Promise<Answer> => (await (await fetch(url)).json()) as Answer;

/** The first vector of a later period than the given one. */
async function vectorAfter(url: string, period: number): Promise<SignedVector> {
  for (;;) {
    const response = await fetch(`${url}/v1/weights/latest`);
    const vector = response.ok ? ((await response.json()) as SignedVector) : null;
    if (vector !== null && vector.epoch > period) return vector;
    await sleep(50);
  }
}

/** Runs command lines one after the other in one process. */
async function batch(lines: readonly string[][]) {
  const script = resolve(import.meta.dirname, "../../support/cli/batch.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(lines)]);
  return JSON.parse(stdout) as { code: number; stdout: string }[];
}

/** Another byte in the middle of a file. */
function flip(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

test("a validator put back from an older backup signs no second vector of a period, and keeps its commitments", async () => {
  // Periods of a second.
  const data = dataDirWith({ chain: { block_ms: 100, tempo: 10 } });
  const first = await startValidator(data);
  const before = await vectorAfter(first.url, 0);
  // Before the backup: an hour may begin at any moment, and what is committed after it is made anew.
  const { epoch } = await get(`${first.url}/v1/status`);
  const commitments = (url: string) =>
    Promise.all([0, 1].map((ahead) => get(`${url}/v1/sampling/${(epoch as number) + ahead}`)));
  const published = await commitments(first.url);
  const taken = await json(...documented("backup", data));
  assert.equal(taken.code, 0);
  const inside = ["assay.db", "assay.yaml", "keys", "manifest.json"];
  assert.deepEqual(readdirSync(backup).sort(), inside);
  assert.equal(statSync(join(backup, "keys/publishing.json")).mode & 0o777, 0o600);
  const reached = (taken.document.watermarks as { signed_period: number }).signed_period;
  assert.ok(reached >= before.epoch);
  const later = await vectorAfter(first.url, reached);
  await first.kill();
  removeDir(data);

  const back = await json(...documented("restore --from", restored));
  assert.equal(back.code, 0, JSON.stringify(back.document));
  assert.equal(
    existsSync(join(restored, "keys/publishing.mark.json")),
    false,
    "a copy of the mark is out of date",
  );
  const second = await startValidator(restored);
  assert.match(second.stderr(), /store_restored/);
  const made = await commitments(second.url);
  for (const [i, { commitment, committed_at, signature }] of published.entries())
    assert.deepEqual({ ...made[i], commitment, committed_at, signature }, made[i]);
  const next = await vectorAfter(second.url, reached);
  assert.ok(next.epoch > later.epoch + 1, `${next.epoch} may have been signed before`);
  assert.deepEqual(await get(`${second.url}/v1/weights/${before.epoch}`), { ...before });
  for (let period = reached + 1; period < next.epoch; period++)
    assert.equal((await fetch(`${second.url}/v1/weights/${period}`)).status, 404);
  const inUse = await json("restore", "--from", backup, "--data", restored, "--force");
  assert.deepEqual([inUse.code, inUse.document.error?.code], [1, "store_in_use"]);
  assert.equal(await second.stop(), 0);
});

test("a backup whose bytes changed is named and not put back; a store that is there is moved aside, never replaced", async () => {
  const target = join(dir, "target");
  const damaged = ["assay.db", "keys/challenge.secret", "manifest.json"].map((file, i) => {
    const folder = join(dir, `damaged-${i}`);
    cpSync(backup, folder, { recursive: true });
    flip(join(folder, file));
    return { folder, file: join(folder, file) };
  });
  const mark = readFileSync(join(restored, "keys/publishing.mark.json"), "utf8");
  const restore = (from: string, data: string) => ["restore", "--from", from, "--data", data, "--json"];
  const [forced, refused, again, check, inPlace, doctor, ...named] = await batch([
    [...restore(backup, restored), "--force"],
    restore(backup, restored),
    ["backup", "--data", restored, "--to", backup, "--json"],
    ["store", "check", "--data", restored, "--json"],
    documented("restore --in-place", restored),
    documented("doctor", restored),
    ...damaged.map(({ folder }) => restore(folder, target)),
  ]);
  for (const [i, { file }] of damaged.entries()) {
    const { error } = JSON.parse(named[i]?.stdout ?? "");
    assert.deepEqual(
      [named[i]?.code, error.code, error.message.includes(`${file}:`)],
      [1, "backup_damaged", true],
    );
  }
  assert.equal(existsSync(join(target, "assay.db")), false);
  const report = JSON.parse(forced?.stdout ?? "");
  assert.equal(forced?.code, 0, forced?.stdout);
  assert.ok(existsSync(join(report.moved_to, "assay.db")));
  assert.equal(report.signed_period, JSON.parse(mark).period);
  assert.equal(
    readFileSync(join(restored, "keys/publishing.mark.json"), "utf8"),
    mark,
    "it is never lowered",
  );
  assert.deepEqual([refused?.code, JSON.parse(refused?.stdout ?? "").error.code], [1, "restore_refused"]);
  assert.deepEqual([again?.code, JSON.parse(again?.stdout ?? "").error.code], [1, "file_unreadable"]);
  assert.equal(check?.code, 0, check?.stdout);
  assert.match(inPlace?.stdout ?? "", /assay\.db is taken for a copy from now on\nheld back: /);
  assert.equal(doctor?.code, 0, doctor?.stdout);
});
