import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { testDatabases } from "../../support/store/postgresDatabases.ts";
import { dataDirWith, removeDir, runAssay, startValidator } from "../../support/validator/validator.ts";

const databases = testDatabases();

const readiness = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status;

test("a validator runs on PostgreSQL: doctor beside it, one at a time, its keys required, its password never shown", async () => {
  const url = new URL(await (await databases.get()).makeEmpty());
  url.password = "hunter2";
  const dir = dataDirWith({ store: { kind: "postgres", url: url.href } });
  const validator = await startValidator(dir);
  assert.equal(await readiness(validator.url), 200);
  const doctor = await runAssay(["doctor", "--data", dir]);
  assert.equal(doctor.code, 0, doctor.stdout);
  const second = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.match(second.stderr, /\(store_in_use\)/);
  assert.equal(await validator.stop(), 0);
  rmSync(join(dir, "keys/publishing.json"));
  const keyless = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.match(keyless.stderr, /\(key_missing\)/);
  const said = [doctor, second, keyless].map(({ stdout, stderr }) => `${stdout}${stderr}`).join("\n");
  assert.ok(said.includes(url.pathname.slice(1)) && !said.includes("hunter2"));
  removeDir(dir);
});
