import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import { problemOf } from "../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

function load(store: string) {
  const file = join(dir, "assay.yaml");
  writeFileSync(file, `store: { ${store} }\n`);
  return loadConfig({ file, env: {} }).store;
}

const server = "kind: postgres, url: postgres://assay@db/assay";

test("a store on a server has a URL, and one in a file has none", async () => {
  assert.equal(load(server).url, "postgres://assay@db/assay");
  for (const wrong of ["kind: postgres", "url: postgres://a@db/a", "replica_url: postgres://a@db/a"])
    assert.equal((await problemOf(() => load(wrong))).code, "config_invalid", wrong);
});

test("a replica may be a second to an hour behind", async () => {
  const replica = `${server}, replica_url: postgres://assay@standby/assay`;
  assert.equal(load(replica).replica_max_lag_s, 10);
  for (const seconds of [1, 3600])
    assert.equal(load(`${replica}, replica_max_lag_s: ${seconds}`).replica_max_lag_s, seconds);
  for (const seconds of [0, 3601, 1.5])
    assert.equal(
      (await problemOf(() => load(`${replica}, replica_max_lag_s: ${seconds}`))).code,
      "config_invalid",
      `${seconds}`,
    );
});
