import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { testDatabases } from "../../support/store/postgresDatabases.ts";
import { dataDirWith, removeDir, runAssay, startValidator } from "../../support/validator/validator.ts";

const databases = testDatabases();

const readiness = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status;

test("a validator runs on PostgreSQL: doctor beside it, another process of its own, no tool that changes it meanwhile, its keys required, its password never shown", async () => {
  const url = new URL(await (await databases.get()).makeEmpty());
  url.password = "hunter2";
  const dir = dataDirWith({ store: { kind: "postgres", url: url.href } });
  const validator = await startValidator(dir);
  assert.equal(await readiness(validator.url), 200);
  const doctor = await runAssay(["doctor", "--data", dir]);
  assert.equal(doctor.code, 0, doctor.stdout);
  const rotation = await runAssay(["keys", "rotate", "--data", dir]);
  assert.match(rotation.stderr, /\(store_in_use\)/);
  const second = await startValidator(dir, [], null, { ASSAY_OBSERVE_METRICS: "off" });
  assert.equal(await readiness(second.url), 200);
  for (const one of [second, validator]) assert.equal(await one.stop(), 0);
  rmSync(join(dir, "keys/publishing.json"));
  const keyless = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.match(keyless.stderr, /\(key_missing\)/);
  const said = [doctor, rotation, keyless].map(({ stdout, stderr }) => `${stdout}${stderr}`).join("\n");
  assert.ok(said.includes(url.pathname.slice(1)) && !said.includes("hunter2"));
  removeDir(dir);
});
