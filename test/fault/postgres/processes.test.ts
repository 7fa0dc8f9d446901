import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { checkRecords, Load, loadedConfig } from "../../support/fault/postgres/load.ts";
import { scaled } from "../../support/fault/scale.ts";
import { freePort } from "../../support/freePort.ts";
import { testDatabases } from "../../support/store/postgresDatabases.ts";
import { fleetFor } from "../../support/validator/fleet.ts";

// Processes that share a database are killed, or stopped and woken, while they are under load.

const databases = testDatabases();
const rounds = scaled(1, 10);

test("processes that are killed, or stopped and woken, lose nothing and pay nothing twice", async (t) => {
  const fleet = await fleetFor(t, await databases.get(), loadedConfig);
  const port = await freePort();
  const names = ["//Alice", "//Bob", "//Charlie", "//Dave"];
  let front = await fleet.start("api,weigh", "front", ["--port", port]);
  const first = await fleet.start("verify", "first");
  let second = await fleet.start("verify", "second");
  const load = await Load.on([front.url], names);
  await load.goesOn(5);
  for (let round = 0; round < rounds; round++) {
    first.process.kill("SIGSTOP");
    await load.goesOn(5);
    await second.kill();
    second = await fleet.start("verify", `second ${round}`);
    await load.goesOn(5);
    await load.haveEnded();
    // By now the other has decided what this one held.
    first.process.kill("SIGCONT");
    await load.goesOn(5);
    await front.kill();
    front = await fleet.start("api,weigh", `front ${round}`, ["--port", port]);
    await load.goesOn(5);
    front.process.kill("SIGSTOP");
    await sleep(scaled(200, 20_000));
    front.process.kill("SIGCONT");
    await load.goesOn(5);
  }
  await load.settle();
  for (const validator of [front, first, second]) assert.equal(await validator.stop(), 0, validator.stderr());
  t.diagnostic(await checkRecords(load, fleet.databaseUrl));
});
