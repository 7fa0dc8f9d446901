import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { TcpProxy } from "../../support/fault/postgres/tcpProxy.ts";
import { notifyReceiver } from "../../support/observe/notifyReceiver.ts";
import { testDatabases } from "../../support/store/postgresDatabases.ts";
import { until } from "../../support/until.ts";
import { dataDirWith, removeDir, startValidator, temporaryDir } from "../../support/validator/validator.ts";

// What systemd hears of a validator, on a real datagram socket where this machine can make one.

const databases = testDatabases();
const dir = temporaryDir();
after(() => removeDir(dir));

test("ready once it listens, alive while its store answers and not while it is silent, stopping when it drains", async (t) => {
  const url = await (await databases.get()).makeEmpty();
  const proxy = await TcpProxy.to(Number(new URL(url).port));
  t.after(() => proxy.close());
  const dataDir = dataDirWith({ store: { kind: "postgres", url: proxy.urlOf(url) } });
  t.after(() => removeDir(dataDir));
  const systemd = await notifyReceiver(dir);
  t.after(() => systemd.close());
  const env = { ...systemd.env, WATCHDOG_USEC: "400000", ASSAY_OBSERVE_METRICS: "off" };
  const validator = await startValidator(dataDir, [], null, env);
  t.after(() => validator.kill());
  await until(() => systemd.messages().length > 0);
  assert.deepEqual(systemd.messages().slice(0, 2), ["READY=1", `STATUS=listening on ${validator.url}`]);
  const beats = () => systemd.messages().filter((line) => line === "WATCHDOG=1").length;
  await until(() => beats() > 2);

  proxy.mode = "silent";
  await until(() => validator.stderr().includes("watchdog_withheld"));
  // What was on its way arrives, and then nothing more.
  let before = -1;
  while (before !== beats()) {
    before = beats();
    await sleep(1000);
  }
  assert.equal((await fetch(`${validator.url}/healthz`)).status, 200, "though the event loop turns");

  proxy.mode = "pass";
  await until(() => beats() > before + 1);
  assert.equal(await validator.stop(), 0);
  await until(() => systemd.messages().includes("STOPPING=1"));
  const last = systemd.messages().slice(systemd.messages().indexOf("STOPPING=1"));
  assert.deepEqual(last, ["STOPPING=1", "STATUS=draining"]);
});
