import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { crafted, looseTier } from "../../support/crafted.ts";
import { clientOf, ended, receiptIn, submit } from "../../support/lanes/sat/answers.ts";
import { testDatabases } from "../../support/store/postgresDatabases.ts";
import { fleetFor } from "../../support/validator/fleet.ts";
import { runAssay, type Validator } from "../../support/validator/validator.ts";

// Three processes are drained and started again one after the other, under load, behind what a balancer does: it asks each for
// its readiness, and sends requests to those that are ready, in turn.

const databases = testDatabases();
const config = {
  lanes: { sat: { tiers: { 1: looseTier } } },
  admit: { per_ip_per_min: 1_000_000, per_hotkey: { burst: 10_000, per_s: 10_000 } },
};

/** Where requests go; refreshed while it is watched. */
class Balancer {
  readonly members: Validator[] = [];
  #ready: Validator[] = [];
  #turn = 0;
  #watching = true;

  async watch(): Promise<void> {
    while (this.#watching) {
      const answers = await Promise.all(
        this.members.map(({ url }) =>
          fetch(`${url}/readyz`).then(
            ({ status }) => status === 200,
            () => false,
          ),
        ),
      );
      this.#ready = this.members.filter((_, i) => answers[i]);
      await sleep(100);
    }
  }

  stop(): void {
    this.#watching = false;
  }

  async next(): Promise<string> {
    for (;;) {
      const member = this.#ready[this.#turn++ % Math.max(1, this.#ready.length)];
      if (member !== undefined) return member.url;
      await sleep(20);
    }
  }
}

test("a rolling restart of three processes under load refuses nothing and loses nothing", async (t) => {
  const fleet = await fleetFor(t, await databases.get(), config);
  const balancer = new Balancer();
  const names = ["one", "two", "three"];
  for (const name of names) balancer.members.push(await fleet.start("api,verify,weigh", name));
  const watching = balancer.watch();
  const receipts: { readonly uri: string; readonly id: string }[] = [];
  let going = true;
  const load = ["//Alice", "//Bob", "//Carol"].map(async (uri) => {
    for (let seq = 1; going; seq++) {
      const client = await clientOf(await balancer.next(), uri);
      const { challengeId, right } = crafted(client.keypair.hotkey, seq);
      const reply = await submit(client, challengeId, right[0]);
      assert.equal(reply.status, 202, reply.text);
      receipts.push({ uri, id: receiptIn(reply).receipt_id });
      await sleep(150);
    }
  });
  for (const [at, name] of names.entries()) {
    const leaving = balancer.members[at] ?? assert.fail();
    const drained = await runAssay(["nodes", "drain", name, "--url", leaving.url, "--data", fleet.dataDir]);
    assert.equal(drained.code, 0, drained.stderr);
    while (leaving.process.exitCode === null) await sleep(50);
    assert.equal(leaving.process.exitCode, 0, leaving.stderr());
    balancer.members[at] = await fleet.start("api,verify,weigh", name);
  }
  going = false;
  await Promise.all(load);
  assert.ok(receipts.length > 0);
  for (const { uri, id } of receipts)
    assert.equal((await ended(await clientOf(await balancer.next(), uri), id)).state, "accepted");
  balancer.stop();
  await watching;
});
