import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeWeigher, PERIOD } from "../../support/weigh/world.ts";

const burn = (given: { uid?: number; hotkey?: string; share?: number }) => ({
  burn: { share: 0.8, uid: null, hotkey: null, ...given },
});
const miners = [
  { uid: 4, hotkey: "a" },
  { uid: 2, hotkey: "b" },
];
const owner = { uid: 9, hotkey: "owner" };
const thief = { uid: 9, hotkey: "thief" };

/** A weigher that has seen its first period with these miners. */
async function begun(given: Parameters<typeof burn>[0], listed = [...miners, owner]) {
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
    assert.deepEqual(hotkeys(store.saved.get(10)?.weights), ["a", "b", "owner"]);
    chain.listed = [...miners, thief];
    chain.height = 12 * PERIOD;
    const later = start();
    await later.tick();
    assert.deepEqual(hotkeys(store.saved.get(11)?.weights), ["a", "b"]);
    const [fault = ""] = later.faults();
    assert.match(
      fault,
      /burn share of 0\.8 is paid to nobody.*uid 9 belongs to thief, not to owner.*weigh\.burn\.hotkey/,
    );
    assert.ok(entries.some(({ event }) => event === "burn_dropped"));
    assert.equal(metrics.get("assay_burn_dropped_total", {}), 1);
    chain.listed = [...miners, owner];
    chain.height = 13 * PERIOD;
    await later.tick();
    assert.deepEqual([hotkeys(store.saved.get(12)?.weights), later.faults()], [["a", "b", "owner"], []]);
  });

  it("is pinned from the start on, before the first vector", async () => {
    const { weigher, store, chain } = await begun({ uid: 9 });
    chain.listed = [...miners, thief];
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.deepEqual(hotkeys(store.saved.get(10)?.weights), ["a", "b"]);
  });

  it("of a uid that nobody holds is paid to nobody, until it is held", async () => {
    const { weigher, store, chain } = await begun({ uid: 9 }, miners);
    assert.match(weigher.faults()[0] ?? "", /no hotkey holds uid 9/);
    chain.height = 11 * PERIOD;
    await weigher.tick();
    assert.deepEqual(hotkeys(store.saved.get(10)?.weights), ["a", "b"]);
    chain.listed = [...miners, owner];
    chain.height = 12 * PERIOD;
    await weigher.tick();
    assert.deepEqual(hotkeys(store.saved.get(11)?.weights), ["a", "b", "owner"]);
  });

  it("of a named hotkey follows it; with a uid too, only while it holds that uid", async () => {
    const moved = { uid: 11, hotkey: "owner" };
    const named = await begun({ hotkey: "owner" });
    named.chain.listed = [...miners, moved, thief];
    assert.equal((await named.weigher.preview()).at(-1)?.uid, 11);
    named.chain.listed = miners;
    await named.weigher.tick();
    assert.match(named.weigher.faults()[0] ?? "", /owner is not registered/);
    const both = await begun({ uid: 9, hotkey: "owner" });
    assert.equal((await both.weigher.preview()).at(-1)?.hotkey, "owner");
    both.chain.listed = [...miners, moved, thief];
    assert.deepEqual(hotkeys(await both.weigher.preview()), ["a", "b"]);
    assert.equal(both.store.notes.has("burn_holder_9"), false, "a named hotkey needs no pin");
  });

  it("where anyone may mine is paid to a named hotkey only", async () => {
    const world = makeWeigher({ options: burn({ uid: 9 }) });
    assert.deepEqual(hotkeys(await world.weigher.preview()), ["a", "b"]);
    const named = makeWeigher({ options: burn({ hotkey: "owner" }) });
    assert.deepEqual((await named.weigher.preview()).at(-1)?.hotkey, "owner");
  });
});

describe("a vector on its way to the chain", () => {
  it("that is sent late pays no uid that changed hands or is free by then", async () => {
    const { weigher, store, chain, metrics, entries } = await begun({ uid: 9 });
    chain.height = 11 * PERIOD;
    chain.down = true;
    await assert.rejects(weigher.tick(), /chain down/);
    assert.equal(store.saved.get(10)?.weights.length, 3);
    chain.down = false;
    chain.listed = [{ uid: 2, hotkey: "a" }, thief];
    await weigher.tick();
    assert.deepEqual(chain.submitted, [[]]);
    assert.equal(metrics.get("assay_weight_rows_left_out_total", {}), 3);
    assert.match(
      weigher.faults().join("; "),
      /3 rows of the vector of period 10 were left out when it was sent/,
    );
    assert.equal(entries.filter(({ event }) => event === "weight_row_left_out").length, 3);
  });

  it("pays the others in full", async () => {
    const { weigher, chain } = await begun({ uid: 9 });
    chain.height = 11 * PERIOD;
    chain.down = true;
    await assert.rejects(weigher.tick(), /chain down/);
    chain.down = false;
    chain.listed = [{ uid: 4, hotkey: "a" }, { uid: 2, hotkey: "new" }, owner];
    await weigher.tick();
    assert.deepEqual(
      chain.submitted[0]?.map(({ uid, hotkey }) => [uid, hotkey]),
      [
        [4, "a"],
        [9, "owner"],
      ],
    );
  });
});
