import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { checkRecords, Load, loadedConfig } from "../../support/fault/postgres/load.ts";
import { TcpProxy } from "../../support/fault/postgres/tcpProxy.ts";
import { scaled } from "../../support/fault/scale.ts";
import { MortalServer } from "../../support/store/mortalServer.ts";
import type { PostgresServer } from "../../support/store/postgresServer.ts";
import { startStandby } from "../../support/store/postgresStandby.ts";
import { dataDirWith, removeDir, startValidator } from "../../support/validator/validator.ts";

// The primary dies under load and its synchronous standby is promoted: whatever was acknowledged is there.

const primary = await MortalServer.start();
after(() => primary.stop());

/** Runs one statement; returns the first value. */
async function ask(server: PostgresServer, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: statement, rowMode: "array" });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

async function until(server: PostgresServer, statement: string, value: unknown): Promise<void> {
  while ((await ask(server, statement)) !== value) await sleep(50);
}

/** From here on a commit is acknowledged once the standby has it on disk. */
async function makeSynchronous(server: PostgresServer): Promise<void> {
  await ask(server, "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  await ask(server, "SELECT pg_reload_conf()");
  await until(server, "SELECT sync_state FROM pg_stat_replication", "sync");
}

/** Ends waits for the standby as an operator or a timeout does: the server then says that it committed, with a warning. */
async function cancelWaits(server: PostgresServer): Promise<void> {
  await until(server, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'", true);
  await ask(
    server,
    "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
  );
}

test("nothing is acknowledged that the synchronous standby does not have, and after a failover to it nothing is lost or paid twice", async (t) => {
  const [proxy, link] = [await TcpProxy.to(primary.port), await TcpProxy.to(primary.port)];
  t.after(() => Promise.all([proxy.close(), link.close()]));
  const dir = dataDirWith({ ...loadedConfig, store: { kind: "postgres", url: proxy.urlOf(primary.url) } });
  t.after(() => removeDir(dir));
  const validator = await startValidator(dir, ["--log-level", "error"]);
  t.after(() => validator.kill());
  const load = await Load.on([validator.url], ["//Alice", "//Bob", "//Charlie", "//Dave"]);
  await load.goesOn(5);
  const { url, port } = { url: primary.url, port: link.port };
  const standby = await startStandby({ url, port, dir: primary.dir, stop: primary.stop }, { fsync: true });
  t.after(() => standby.stop());
  await makeSynchronous(primary);
  await load.goesOn(scaled(20, 500));

  link.mode = "silent";
  await cancelWaits(primary);
  const known = load.acknowledged();
  for (let round = 0; round < 5; round++) await cancelWaits(primary);
  assert.equal(load.acknowledged(), known, "what only the primary has is not acknowledged");
  await primary.die("killed");
  await load.defers("store_unavailable");
  await ask(standby, "SELECT pg_promote()");
  await until(standby, "SELECT pg_is_in_recovery()", false);
  proxy.target = standby.port;
  await load.goesOn(20);
  await load.settle();
  assert.equal(await validator.stop(), 0, validator.stderr());
  t.diagnostic(await checkRecords(load, standby.url));
});
