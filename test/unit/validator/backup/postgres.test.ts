import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Config, configSchema } from "../../../../src/config/schema.ts";
import { systemClock } from "../../../../src/core/clock.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import { backupNoteOf } from "../../../../src/flow/restored.ts";
import { markRestored } from "../../../../src/validator/backup/markRestored.ts";
import { withBackups } from "../../../support/store/backups.ts";
import { filled, toServer, using, withDir } from "../../../support/store/copying.ts";
import { answersOf } from "../../../support/store/fill.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { openStore, testDatabases } from "../../../support/store/postgresDatabases.ts";
import { problemOf } from "../../../support/thrown.ts";

const databases = testDatabases();

test("a PostgreSQL store that is open is backed up as the file of an embedded one, and can be told that it was put back", () =>
  withDir(databases, (dir, url) =>
    withBackups(async (backups) => {
      const answers = await filled(join(dir, "assay.db"), 31, 40);
      assert.ok((await toServer(join(dir, "assay.db"), url)).same);
      const config: Config = configSchema.parse({ store: { kind: "postgres", url } });
      const found = await using(await openStore(url), async (store) => {
        await store.setNote("before", "1");
        return backups.take(config);
      });
      // As after the server's own recovery to a point in time.
      const modules = { clock: systemClock, random: systemRandom };
      const put = () => markRestored({ config, dataDir: backups.data }, modules);
      const running = await openStore(url, { use: "shared" });
      assert.equal((await problemOf(put)).code, "store_in_use");
      await running.close();
      const { id } = await put();
      const note = await using(await openStore(url), (store) => store.note("backup"));
      assert.equal(backupNoteOf(note)?.id, id);
      assert.deepEqual([found.source, found.files.map(({ path }) => path)], ["postgres", ["assay.db"]]);
      const { store } = await backups.restore(found.folder);
      const copy = openInlineStore(store);
      assert.deepEqual(await answersOf(copy), answers);
      assert.equal(await copy.note("before"), "1");
      await copy.close();
      rmSync(store);
    }),
  ));
