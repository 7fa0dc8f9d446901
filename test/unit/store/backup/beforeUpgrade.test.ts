import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { copyBeforeUpgrade } from "../../../../src/store/backup/beforeUpgrade.ts";
import { compare, hashOf, requireSpace } from "../../../../src/store/backup/files.ts";
import { readManifest } from "../../../../src/store/backup/manifest.ts";
import { openFile } from "../../../../src/store/sqlite/file.ts";
import { knownVersion, schemaVersion } from "../../../../src/store/sqlite/migrations/migrate.ts";
import { type Backups, withBackups } from "../../../support/store/backups.ts";
import { filled } from "../../../support/store/copying.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { withoutShared } from "../../../support/store/version9.ts";
import { problemOf } from "../../../support/thrown.ts";

const AT = Date.UTC(2026, 0, 31, 12);

function versionOf(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const version = schemaVersion(db);
  db.close();
  return version;
}

async function version9({ store }: Backups): Promise<void> {
  await filled(store, 8, 10);
  const db = new DatabaseSync(store, { defensive: false });
  db.exec(`UPDATE seal SET writes = 0; ${withoutShared}; PRAGMA user_version = 9`);
  db.close();
  for (const rest of [".mark", ".sums"]) rmSync(`${store}${rest}`);
}

describe("a store of an earlier version", () => {
  it("is kept as it was before it is brought up, and the copy can be put back", () =>
    withBackups(async (backups) => {
      await version9(backups);
      const opened = openFile(backups.store);
      opened.close();
      assert.equal(versionOf(backups.store), knownVersion);
      const all = join(backups.data, "before-upgrade");
      const [name = ""] = readdirSync(all);
      assert.match(name, /^schema-9-\d{8}T\d{6}Z$/);
      assert.ok(
        opened.warnings.some((text) => text.includes(join(all, name)) && text.includes("from schema 9 to")),
      );
      const { schema, files } = readManifest(join(all, name));
      assert.equal(schema, 9);
      for (const file of files) compare(join(all, name), file, hashOf(join(all, name, file.path)));
      const { store } = await backups.restore(join(all, name));
      assert.equal(versionOf(store), 9);
      openFile(backups.store).close();
      assert.deepEqual(readdirSync(all), [name], "a start that brings nothing up copies nothing");
    }));

  it("is not copied where no copies are kept", () =>
    withBackups(async (backups) => {
      await version9(backups);
      const opened = openFile(backups.store, { upgradeCopies: 0 });
      opened.close();
      assert.equal(existsSync(join(backups.data, "before-upgrade")), false);
      assert.ok(opened.warnings.some((text) => text.includes("store.upgrade_copies is 0")));
    }));

  it("is copied with what is in its log alone, and the oldest copies go once there are more than are kept", () =>
    withBackups(async (backups) => {
      const store = openInlineStore(backups.store);
      await store.setNote("in the log", "1");
      const file = backups.folder("killed.db");
      for (const suffix of ["", "-wal"]) copyFileSync(`${backups.store}${suffix}`, `${file}${suffix}`);
      await store.close();
      const made = [0, 1, 2].map(
        (i) => copyBeforeUpgrade({ file, version: 12 - i, keep: 2, now: AT + i * 1000 }) ?? "",
      );
      assert.deepEqual(
        made.map((folder) => existsSync(folder)),
        [false, true, true],
      );
      assert.equal(dirname(made[2] ?? ""), backups.folder("before-upgrade"));
      const copy = new DatabaseSync(join(made[2] ?? "", "assay.db"), { readOnly: true });
      assert.equal(copy.prepare("SELECT value FROM notes WHERE key = 'in the log'").get()?.value, "1");
      copy.close();
      assert.ok(existsSync(`${file}-wal`), "the store itself is as it was");
    }));

  it("is not brought up where its copy has no room", () =>
    withBackups(async (backups) => {
      await version9(backups);
      const problem = await problemOf(() => requireSpace(backups.data, 2 ** 60, ", and why"));
      assert.equal(problem.code, "store_full");
      assert.match(JSON.stringify(problem), /needs \d+ MiB and \d+ MiB are free, and why/);
    }));
});
