import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Config, configSchema } from "../../../../src/config/schema.ts";
import { withBackups } from "../../../support/store/backups.ts";
import { filled, toServer, using, withDir } from "../../../support/store/copying.ts";
import { answersOf } from "../../../support/store/fill.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { openStore, testDatabases } from "../../../support/store/postgresDatabases.ts";

const databases = testDatabases();

test("a backup of a PostgreSQL store that is open is the file of an embedded one with the same records", () =>
  withDir(databases, (dir, url) =>
    withBackups(async (backups) => {
      const answers = await filled(join(dir, "assay.db"), 31, 40);
      assert.ok((await toServer(join(dir, "assay.db"), url)).same);
      const config: Config = configSchema.parse({ store: { kind: "postgres", url } });
      const found = await using(await openStore(url), async (store) => {
        await store.setNote("before", "1");
        return backups.take(config);
      });
      assert.deepEqual([found.source, found.files.map(({ path }) => path)], ["postgres", ["assay.db"]]);
      const { store } = await backups.restore(found.folder);
      const copy = openInlineStore(store);
      assert.deepEqual(await answersOf(copy), answers);
      assert.equal(await copy.note("before"), "1");
      await copy.close();
      rmSync(store);
    }),
  ));
