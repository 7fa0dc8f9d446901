import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { Dialling } from "../../../src/validator/dialling.ts";
import { World } from "../../support/dispatch/world.ts";
import { until } from "../../support/until.ts";

test("a miner is dialled while it is this process's, and handed over with its jobs when it is another's", async (t) => {
  const asked: string[] = [];
  const server = createServer((request) => void asked.push(request.url ?? ""));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const world = new World();
  const own = new Set(["mine"]);
  const dialling = new Dialling(
    { lanes: ["prove"], allowPrivate: true, keySource: "//Alice" },
    {
      ...{ clock: world.clock, random: systemRandom, log: silentLog, metrics: world.metrics },
      chain: {
        miners: () => ["mine", "other"].map((hotkey, uid) => ({ uid, hotkey, ip: "127.0.0.1", port })),
      },
      judge: { isSuspended: () => false },
      dispatcher: world.dispatcher,
      shared: { own: async () => new Set(own) },
    },
  );
  t.after(async () => {
    await dialling.close();
    server.closeAllConnections();
    server.close();
  });
  await dialling.refresh();
  await world.settle();
  await until(() => asked.length > 0);
  assert.equal(world.dispatcher.stats().miners, 1);
  own.delete("mine");
  own.add("other");
  await dialling.refresh();
  assert.equal(world.dispatcher.stats().miners, 1, "the other one now");
  assert.equal(world.metrics.get("assay_dispatch_ended_total", { end: "withdrawn" }), 1);
  own.clear();
  await dialling.refresh();
  assert.equal(world.dispatcher.stats().miners, 0);
  await world.pass(15_000);
  assert.deepEqual(world.unreachable, [], "nobody is put out for it");
});
