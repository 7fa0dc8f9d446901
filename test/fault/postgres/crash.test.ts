import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { checkRecords, Load, loadedConfig } from "../../support/fault/postgres/load.ts";
import { scaled } from "../../support/fault/scale.ts";
import { deaths, MortalServer } from "../../support/store/mortalServer.ts";
import { dataDirWith, removeDir, startValidator } from "../../support/validator/validator.ts";

// The server is restarted, crashes and is killed while a validator is under load: the validator goes on by itself, and no promise is broken.

const server = await MortalServer.start();
after(() => server.stop());

const rounds = scaled(1, 20);

test("a server that ends in any way and comes back costs no answer, and the validator needs no restart", async (t) => {
  const dir = dataDirWith({ ...loadedConfig, store: { kind: "postgres", url: server.url } });
  t.after(() => removeDir(dir));
  const validator = await startValidator(dir, ["--log-level", "error"]);
  t.after(() => validator.kill());
  const load = await Load.on([validator.url], ["//Alice", "//Bob", "//Charlie", "//Dave"]);
  await load.goesOn(10);
  for (let round = 0; round < rounds; round++) {
    for (const how of ["fast", "immediate", "killed"] as const) {
      await server.die(how);
      await load.defers("store_unavailable");
      assert.equal((await fetch(`${validator.url}/readyz`)).status, 503);
      await sleep(round * 50);
      await server.revive();
      await load.goesOn(10);
    }
  }
  await load.settle();
  assert.equal((await fetch(`${validator.url}/readyz`)).status, 200);
  assert.equal(await validator.stop(), 0, validator.stderr());
  t.diagnostic(`${rounds} times ${Object.keys(deaths).join(", ")}: ${await checkRecords(load, server.url)}`);
});
