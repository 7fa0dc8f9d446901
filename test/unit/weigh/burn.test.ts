import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Burn } from "../../../src/weigh/burn.ts";
import { makeWeigher, PERIOD } from "../../support/weigh/world.ts";

const burn = (given: Partial<Burn>) => ({
  burn: { share: 0.8, uid: null, hotkey: null, absent: "skip" as const, ...given },
});
const miners = [
  { uid: 4, hotkey: "a" },
  { uid: 2, hotkey: "b" },
];
const holder = { uid: 9, hotkey: "holder" };
const thief = { uid: 9, hotkey: "thief" };

/** A weigher that has seen its first period with these miners. */
async function begun(given: Partial<Burn>, listed = [...miners, holder]) {
  const world = makeWeigher({ options: burn(given) });
  world.chain.listed = listed;
  await world.weigher.tick();
  return world;
}

const hotkeys = (rows: readonly { hotkey: string | null }[] | undefined) => rows?.map(({ hotkey }) => hotkey);

describe("the burn", () => {
  it("of a uid is its first holder's, and pays no other, also after a restart", async () => {
    const { store, chain, start, entries, metrics } = await begun({ uid: 9 });
    chain.height = 11 * PERIOD;
    await start().tick();
    assert.deepEqual(hotkeys(store.saved.get(10)?.weights), ["a", "b", "holder"]);
    chain.listed = [...miners, thief];
    chain.height = 12 * PERIOD;
    const later = start();
    await later.tick();
    assert.deepEqual(hotkeys(store.saved.get(11)?.weights), ["a", "b", null]);
    assert.equal(chain.orders.length, 1, "nothing is sent, since the miners would get the share");
    const [fault = ""] = later.faults();
    assert.match(
      fault,
      /burn share of 0\.8 has nobody to go to.*uid 9 belongs to thief, not to holder.*weigh\.burn\.hotkey/,
    );
    assert.ok(entries.some(({ event }) => event === "burn_dropped"));
    assert.equal(metrics.get("assay_burn_dropped_total", {}), 1);
    assert.equal(metrics.get("assay_vectors_total", { outcome: "withheld" }), 1);
    chain.listed = [...miners, holder];
    chain.height = 13 * PERIOD;
    await later.tick();
    assert.deepEqual([hotkeys(store.saved.get(12)?.weights), later.faults()], [["a", "b", "holder"], []]);
    assert.deepEqual(
      chain.orders.map(({ period, burnHotkey }) => [period, burnHotkey]),
      [
        [10, "holder"],
        [12, "holder"],
      ],
    );
  });

  it("is pinned from the start on, before the first vector", async () => {
    const { weigher, store, chain } = await begun({ uid: 9 });
    chain.listed = [...miners, thief];
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.deepEqual(hotkeys(store.saved.get(10)?.weights), ["a", "b", null]);
  });

  it("of a uid that nobody holds is paid to nobody, until it is held", async () => {
    const { weigher, store, chain } = await begun({ uid: 9 }, miners);
    assert.match(weigher.faults()[0] ?? "", /no hotkey holds uid 9/);
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.deepEqual(hotkeys(store.saved.get(10)?.weights), ["a", "b", null]);
    chain.listed = [...miners, holder];
    chain.height = 12 * PERIOD;
    await weigher.tick();
    assert.deepEqual(hotkeys(store.saved.get(11)?.weights), ["a", "b", "holder"]);
  });

  it("of a named hotkey follows it; with a uid too, only while it holds that uid", async () => {
    const moved = { uid: 11, hotkey: "holder" };
    const named = await begun({ hotkey: "holder" });
    named.chain.listed = [...miners, moved, thief];
    assert.equal((await named.weigher.preview()).at(-1)?.uid, 11);
    named.chain.listed = miners;
    await named.weigher.tick();
    assert.match(named.weigher.faults()[0] ?? "", /holder is not registered/);
    const both = await begun({ uid: 9, hotkey: "holder" });
    assert.equal((await both.weigher.preview()).at(-1)?.hotkey, "holder");
    both.chain.listed = [...miners, moved, thief];
    assert.deepEqual(hotkeys(await both.weigher.preview()), ["a", "b", null]);
    assert.equal(both.store.notes.has("burn_holder_9"), false, "a named hotkey needs no pin");
  });

  it("of the subnet's owner follows what the chain tells, also to one who is no miner", async () => {
    const world = await begun({ hotkey: "owner" }, miners);
    assert.match(world.weigher.faults()[0] ?? "", /the chain has not told who owns the subnet/);
    world.chain.owner = "boss";
    await world.weigher.tick();
    assert.match(world.weigher.faults()[0] ?? "", /boss is not registered/);
    world.chain.everyone = [...miners, { uid: 0, hotkey: "boss" }];
    world.chain.height = 11 * PERIOD;
    await world.weigher.tick();
    const [row] = world.store.saved.get(10)?.weights.slice(-1) ?? [];
    assert.deepEqual([row?.hotkey, row?.uid, world.weigher.faults()], ["boss", 0, []]);
  });

  it("stays with the validator where configured so, and is not sent where that has no uid", async () => {
    const world = await begun({ hotkey: "gone", absent: "own" }, [
      ...miners,
      { uid: 7, hotkey: "validator" },
    ]);
    assert.match(
      world.weigher.faults()[0] ?? "",
      /stays with the validator's own uid 7: gone is not registered/,
    );
    world.chain.height = 11 * PERIOD;
    await world.weigher.tick();
    const [order] = world.chain.orders;
    assert.equal(order?.burnHotkey, "validator");
    assert.deepEqual(order?.rows.at(-1), { uid: 7, hotkey: "validator", u16: 65_535 });
    world.chain.listed = miners;
    world.chain.height = 12 * PERIOD;
    await world.weigher.tick();
    assert.equal(world.chain.orders.length, 1);
    assert.match(world.weigher.faults()[0] ?? "", /nobody to go to/);
  });

  it("where anyone may mine is paid to a named hotkey only", async () => {
    const world = makeWeigher({ options: burn({ uid: 9 }) });
    assert.deepEqual(hotkeys(await world.weigher.preview()), ["a", "b", null]);
    const named = makeWeigher({ options: burn({ hotkey: "holder" }) });
    assert.deepEqual((await named.weigher.preview()).at(-1)?.hotkey, "holder");
  });
});

describe("a vector on its way to the chain", () => {
  it("that is sent late pays no uid that changed hands or is free by then", async () => {
    const { weigher, store, chain, metrics, entries } = await begun({ hotkey: "b" });
    chain.height = 11 * PERIOD;
    chain.down = true;
    await assert.rejects(weigher.tick(), /chain down/);
    assert.equal(store.saved.get(10)?.weights.length, 2);
    chain.down = false;
    chain.listed = [{ uid: 2, hotkey: "b" }, thief];
    await weigher.tick();
    assert.deepEqual(
      chain.submitted.map((rows) => rows.map(({ hotkey }) => hotkey)),
      [["b"]],
    );
    assert.equal(metrics.get("assay_weight_rows_left_out_total", {}), 1);
    assert.match(
      weigher.faults().join("; "),
      /1 row of the vector of period 10 were left out when it was sent/,
    );
    assert.equal(entries.filter(({ event }) => event === "weight_row_left_out").length, 1);
  });

  it("is not sent at all once the burn's hotkey is gone", async () => {
    const { weigher, chain, metrics } = await begun({ uid: 9 });
    chain.height = 11 * PERIOD;
    chain.down = true;
    await assert.rejects(weigher.tick(), /chain down/);
    chain.down = false;
    chain.listed = [...miners, thief];
    await weigher.tick();
    assert.deepEqual(chain.submitted, [[]]);
    assert.equal(metrics.get("assay_weight_rows_left_out_total", {}), 3);
  });

  it("pays the others in full", async () => {
    const { weigher, chain } = await begun({ uid: 9 });
    chain.height = 11 * PERIOD;
    chain.down = true;
    await assert.rejects(weigher.tick(), /chain down/);
    chain.down = false;
    chain.listed = [{ uid: 4, hotkey: "a" }, { uid: 2, hotkey: "new" }, holder];
    await weigher.tick();
    assert.deepEqual(
      chain.submitted[0]?.map(({ uid, hotkey }) => [uid, hotkey]),
      [
        [4, "a"],
        [9, "holder"],
      ],
    );
  });
});
