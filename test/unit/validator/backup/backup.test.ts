import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { defaultConfig } from "../../../../src/config/load.ts";
import { systemClock } from "../../../../src/core/clock.ts";
import { generatePrivateJwk, makeSigner } from "../../../../src/core/ed25519.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import { backupNoteOf } from "../../../../src/flow/restored.ts";
import { manifestText, readManifest } from "../../../../src/store/backup/manifest.ts";
import { knownVersion } from "../../../../src/store/sqlite/migrations/migrate.ts";
import { openSqliteStore } from "../../../../src/store/sqlite/open.ts";
import { markRestored } from "../../../../src/validator/backup/markRestored.ts";
import { replaceStore } from "../../../../src/validator/backup/putInPlace.ts";
import { commitment, EPOCH } from "../../../conformance/store/fixtures.ts";
import { FakeClock } from "../../../support/fakeClock.ts";
import { withBackups } from "../../../support/store/backups.ts";
import { filled } from "../../../support/store/copying.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { withoutShared } from "../../../support/store/version9.ts";
import { problemOf } from "../../../support/thrown.ts";

const open = (file: string) =>
  openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });

describe("a backup", () => {
  it("has everything that was acknowledged before it, while the store is written to", () =>
    withBackups(async (backups) => {
      const store = await open(backups.store);
      let [acknowledged, going] = [0, true];
      const writes = (async () => {
        for (; going; acknowledged++) await store.setNote(`k${acknowledged}`, "x".repeat(5000));
      })();
      while (acknowledged < 50) await new Promise(setImmediate);
      const before = acknowledged;
      const { folder, watermarks } = await backups.take();
      going = false;
      await writes;
      await store.close();
      const copy = new DatabaseSync(join(folder, "assay.db"), { readOnly: true });
      const { n } = copy.prepare("SELECT count(*) AS n FROM notes WHERE key GLOB 'k*'").get() ?? {};
      copy.close();
      assert.ok(Number(n) >= before && Number(n) <= acknowledged, `${before}, ${n}, ${acknowledged}`);
      assert.ok((watermarks.writes ?? 0) >= before);
      const again = openInlineStore(backups.store);
      assert.notEqual(await again.note(`k${acknowledged - 1}`), null);
      await again.close();
    }));

  it("checks the signatures of heads, and says whose keys it has not", () =>
    withBackups(async (backups) => {
      const signer = makeSigner(generatePrivateJwk());
      const jwk = generatePrivateJwk();
      const own = makeSigner(jwk);
      const store = openInlineStore(backups.store);
      for (const [i, by] of [signer, own].entries()) {
        const record = await store.commitEpoch(commitment(EPOCH + i));
        const head = { epoch: EPOCH + i, log_head: record.log_head, signed_at: 1, key_id: by.kid };
        await store.closeEpoch(EPOCH + i, "k", { ...head, signature: by.signDocument(head) }, 1);
      }
      await store.close();
      mkdirSync(join(backups.data, "keys"));
      writeFileSync(join(backups.data, "keys/publishing.json"), JSON.stringify(jwk));
      const { verified, watermarks } = await backups.take();
      assert.deepEqual(verified, { epochs: 2, heads: 2, heads_unchecked: 1 });
      assert.deepEqual([watermarks.last_epoch, watermarks.last_revealed_epoch], [EPOCH + 1, EPOCH + 1]);
      const db = new DatabaseSync(backups.store);
      db.prepare("UPDATE log_heads SET signed_at = 2 WHERE key_id = ?").run(own.kid);
      db.close();
      for (const rest of [".mark", ".sums"]) rmSync(`${backups.store}${rest}`);
      const problem = await problemOf(() => backups.take());
      assert.equal(problem.code, "store_corrupt");
      assert.match(JSON.stringify(problem), /signature of a head of the log of epoch 500001/);
      assert.deepEqual(readdirSync(backups.folder("")).sort(), ["backup-1", "data"], "nothing is left of it");
    }));

  it("of a store of an earlier version is one of that version, and a start brings it up", () =>
    withBackups(async (backups) => {
      await filled(backups.store, 3, 10);
      const db = new DatabaseSync(backups.store, { defensive: false });
      db.exec(`UPDATE seal SET writes = 0; ${withoutShared}; PRAGMA user_version = 9`);
      db.close();
      for (const rest of [".mark", ".sums"]) rmSync(`${backups.store}${rest}`);
      const { folder, schema } = await backups.take();
      assert.equal(schema, 9);
      const { store } = await backups.restore(folder);
      const up = openInlineStore(store);
      assert.ok((await up.note("backup"))?.includes("taken_at"));
      await up.close();
    }));
});

describe("a store that other tools put back", () => {
  it("is told so, each time anew, with the mark that is there", () =>
    withBackups(async (backups) => {
      const modules = { clock: systemClock, random: systemRandom };
      const at = { config: defaultConfig(), dataDir: backups.data };
      assert.equal((await problemOf(() => markRestored(at, modules))).code, "restore_refused");
      await filled(backups.store, 7, 5);
      mkdirSync(join(backups.data, "keys"));
      const mark = JSON.stringify({ period: 12, intent_sha256: null });
      writeFileSync(join(backups.data, "keys/publishing.mark.json"), mark);
      const [one, two] = [await markRestored(at, modules), await markRestored(at, modules)];
      assert.notEqual(one.id, two.id);
      const store = openInlineStore(backups.store);
      const note = backupNoteOf(await store.note("backup"));
      assert.deepEqual([note?.id, note?.signed_period], [two.id, 12]);
      assert.equal((await problemOf(() => markRestored(at, modules))).code, "store_in_use");
      await store.close();
    }));
});

describe("a database that was copied by hand", () => {
  it("is taken for a copy of unknown age, once; what a backup says of itself stays until it was settled", () =>
    withBackups(async (backups) => {
      await filled(backups.store, 9, 5);
      const { folder, id } = await backups.take();
      const noted = async (file: string, alone: boolean, settled?: string): Promise<string | undefined> => {
        if (alone) for (const rest of [".mark", ".sums"]) rmSync(`${file}${rest}`, { force: true });
        const store = openInlineStore(file);
        if (settled !== undefined)
          await store.setNote("restored_epochs", JSON.stringify({ backup: settled }));
        const note = backupNoteOf(await store.note("backup"));
        await store.close();
        return note?.id;
      };
      assert.equal(await noted(backups.store, false), undefined);
      const first = await noted(backups.store, true);
      assert.notEqual(first, undefined);
      assert.equal(await noted(backups.store, false), first);
      const file = join(folder, "assay.db");
      assert.deepEqual([await noted(file, true), await noted(file, true, id)], [id, id]);
      const again = await noted(file, true);
      assert.ok(again !== undefined && again !== id, "the settled one may be put back a second time");
    }));
});

describe("a restore", () => {
  it("refuses a newer schema by its number, and a clock that is behind the backup", () =>
    withBackups(async (backups) => {
      await filled(backups.store, 4, 5);
      const { folder, taken_at } = await backups.take();
      const behind = await problemOf(() => backups.restore(folder, "restored", new FakeClock(taken_at - 1)));
      assert.equal(behind.code, "restore_refused");
      const { format: _, ...manifest } = readManifest(folder);
      writeFileSync(join(folder, "manifest.json"), manifestText({ ...manifest, schema: knownVersion + 1 }));
      const file = join(folder, "assay.db");
      assert.deepEqual(await problemOf(() => backups.restore(folder)), {
        ...{ code: "store_too_new", file, version: knownVersion + 1, known: knownVersion },
      });
      assert.equal(existsSync(join(backups.folder("restored"), "assay.db")), false);
    }));

  it("puts nothing outside the data directory, whatever a manifest says", () =>
    withBackups(async (backups) => {
      await filled(backups.store, 5, 5);
      const { folder } = await backups.take();
      const { format: _, ...manifest } = readManifest(folder);
      for (const path of ["../x", "/tmp/x", "keys/../../x", "a//b", "manifest.json"]) {
        const files = [...manifest.files, { path, bytes: 0, sha256: "" }];
        writeFileSync(join(folder, "manifest.json"), manifestText({ ...manifest, files }));
        assert.equal((await problemOf(() => backups.restore(folder))).code, "backup_damaged", path);
      }
    }));

  it("that is interrupted between two renames leaves what a start refuses, or all of it", () =>
    withBackups(async (backups) => {
      await filled(backups.store, 6, 10);
      const { folder } = await backups.take();
      const later = openInlineStore(backups.store);
      await later.setNote("after", "the backup");
      await later.close();
      const database = join(folder, "assay.db");
      const mark = readFileSync(`${backups.store}.mark`);
      replaceStore(backups.store, database, backups.folder("aside"));
      assert.deepEqual(readdirSync(backups.folder("aside")).sort(), [
        "assay.db",
        "assay.db.mark",
        "assay.db.sums",
      ]);
      // As it is before the last rename, and before the one ahead of it.
      writeFileSync(`${backups.store}.mark`, mark);
      assert.throws(() => openInlineStore(backups.store), /\.sums\) is missing/);
      renameSync(backups.store, database);
      assert.throws(() => openInlineStore(backups.store), /the file is missing, but its mark/);
      rmSync(`${backups.store}.mark`);
      renameSync(database, backups.store);
      await openInlineStore(backups.store).close();
    }));
});
