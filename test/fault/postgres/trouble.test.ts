import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { checkRecords, Load, loadedConfig } from "../../support/fault/postgres/load.ts";
import { TcpProxy } from "../../support/fault/postgres/tcpProxy.ts";
import { scaled } from "../../support/fault/scale.ts";
import { MortalServer } from "../../support/store/mortalServer.ts";
import { dataDirWith, removeDir, startValidator, type Validator } from "../../support/validator/validator.ts";

// A server that is slow, silent, out of connections, locked or told to cancel: requests end with a 503 that says when to come
// again, the validator stays up, and goes on by itself.

const MOST_CONNECTIONS = 40;
const rounds = scaled(1, 10);
/** Whether a silence lasts until clients are told of it, some ten seconds. */
const isLong = scaled(0, 1) === 1;

const server = await MortalServer.start({ settings: { max_connections: String(MOST_CONNECTIONS) } });
const proxy = await TcpProxy.to(server.port);

async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url, application_name: "other" });
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** The validator's sessions are cancelled, or ended. */
const ours = "FROM pg_stat_activity WHERE application_name NOT IN ('other', '') AND pid <> pg_backend_pid()";

describe("a validator whose server is in trouble", () => {
  let [dir, validator, load, admin] = [
    "",
    null as Validator | null,
    null as Load | null,
    null as pg.Client | null,
  ];

  before(async () => {
    dir = dataDirWith({ ...loadedConfig, store: { kind: "postgres", url: proxy.urlOf(server.url) } });
    validator = await startValidator(dir, ["--log-level", "error"]);
    load = await Load.on([validator.url], ["//Alice", "//Bob", "//Charlie", "//Dave"]);
    admin = await session();
    await load.goesOn(5);
  });
  after(async () => {
    await admin?.end();
    await load?.stop();
    await validator?.kill();
    removeDir(dir);
    await proxy.close();
    await server.stop();
  });

  test("goes on slowly while every answer of the server is late", async () => {
    proxy.delayMs = 30;
    await load?.goesOn(4 * rounds);
    proxy.delayMs = 0;
    await load?.goesOn(10);
  });

  test("refuses for a while when the server is unreachable, and when it is silent", async () => {
    for (let round = 0; round < rounds; round++) {
      proxy.mode = "refuse";
      await load?.defers("store_unavailable");
      proxy.mode = "pass";
      await load?.goesOn(10);
      proxy.mode = "silent";
      await (isLong ? load?.defers("store_unavailable") : sleep(1000));
      proxy.mode = "pass";
      await load?.goesOn(10);
    }
  });

  test("waits for its turn when others have taken all connections", async () => {
    proxy.mode = "refuse";
    while (((await admin?.query(`SELECT 1 ${ours}`))?.rowCount ?? 0) > 0) await sleep(20);
    const others: pg.Client[] = [];
    for (let full = false; !full; ) {
      const more = await Promise.allSettled(Array.from({ length: 8 }, session));
      others.push(...more.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
      full = more.every(({ status }) => status === "rejected");
    }
    proxy.mode = "pass";
    await load?.defers("store_unavailable", 5);
    await Promise.all(others.map((other) => other.end()));
    await load?.goesOn(10);
  });

  test("loses nothing when its statements are cancelled or its sessions ended at any moment", async () => {
    for (let round = 0; round < 20 * rounds; round++) {
      await admin?.query(`SELECT pg_cancel_backend(pid) ${ours}`);
      await sleep(20);
      if (round % 5 === 4) await admin?.query(`SELECT pg_terminate_backend(pid) ${ours}`);
    }
    await load?.goesOn(10);
  });

  test("waits a bounded time for an epoch's row that another session holds", async () => {
    const other = await session();
    await other.query("BEGIN");
    await other.query("SELECT 1 FROM epochs FOR UPDATE");
    await load?.defers("store_unavailable");
    await other.query("ROLLBACK");
    await other.end();
    await load?.goesOn(10);
  });

  test("has kept every promise", async (t) => {
    await load?.settle();
    assert.equal((await fetch(`${validator?.url}/readyz`)).status, 200);
    assert.equal(await validator?.stop(), 0, validator?.stderr());
    if (load !== null) t.diagnostic(await checkRecords(load, server.url));
  });
});
