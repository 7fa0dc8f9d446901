import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generatePrivateJwk } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import { epistulaLimits } from "../../../src/epistula/limits.ts";
import { Sessions } from "../../../src/epistula/sessions.ts";
import { MemorySessions } from "../../support/epistula/memorySessions.ts";
import { problemOf } from "../../support/thrown.ts";

const epochs = everyHours(1);
const alice = encodeHotkey(new Uint8Array(32).fill(1));
const bob = encodeHotkey(new Uint8Array(32).fill(2));
const newKey = () => ({ publicKey: Buffer.from(generatePrivateJwk().x, "base64url") });
const invented = (n: number): string => `sn_${n.toString(16).padStart(32, "0")}`;
const believed = epistulaLimits.sessionBelievedMs.value;

/** Processes that share a store. */
function processes(isShared = true) {
  const store = new MemorySessions();
  const make = () => new Sessions({ epochs, isShared }, { store });
  return { store, one: make(), two: make(), make };
}

describe("sessions in the store", () => {
  it("are found by another process, and after a restart", async () => {
    for (const isShared of [true, false]) {
      const { one, two, store, make } = processes(isShared);
      const { session_id } = await one.open(alice, newKey(), 0, systemRandom);
      assert.notEqual(await two.find(session_id, alice, 1), null);
      assert.notEqual(await make().find(session_id, alice, 2), null);
      assert.equal(store.reads, 2);
    }
  });

  it("keep their id in every process when they are opened with the same key", async () => {
    const { one, two } = processes();
    const key = newKey();
    const first = await one.open(alice, key, 0, systemRandom);
    const again = await two.open(alice, key, 1, systemRandom);
    assert.equal(again.session_id, first.session_id);
  });

  it("that another process replaced sign here for 5 s at most; the new ones at once", async () => {
    const { one, two, store } = processes();
    const old = await one.open(alice, newKey(), 0, systemRandom);
    const next = await two.open(alice, newKey(), 1, systemRandom);
    assert.notEqual(await one.find(old.session_id, alice, believed - 1), null);
    assert.equal(store.reads, 0);
    assert.equal(await one.find(old.session_id, alice, believed), null);
    assert.notEqual(await one.find(next.session_id, alice, believed), null);
    assert.equal(store.reads, 1);
    const other = await two.open(alice, newKey(), believed + 1, systemRandom);
    assert.notEqual(await one.find(other.session_id, alice, believed + 2), null);
    assert.equal(await one.find(next.session_id, alice, believed + 2), null);
  });

  it("of one process alone are read once: then it knows them all", async () => {
    const { one, store } = processes(false);
    const { session_id } = await one.open(alice, newKey(), 0, systemRandom);
    for (let n = 0; n < 100; n++) {
      assert.equal(await one.find(invented(n), alice, n), null);
      assert.equal(await one.find(invented(n), bob, n), null);
      assert.notEqual(await one.find(session_id, alice, n * 10_000), null);
    }
    assert.equal(store.reads, 1);
    const opened = await one.open(bob, newKey(), 0, systemRandom);
    assert.notEqual(await one.find(opened.session_id, bob, 1), null);
  });

  it("whose ids are invented cost a bounded number of reads per hotkey and time", async () => {
    const { one, store } = processes();
    const most = epistulaLimits.sessionLookupsEach.value;
    for (let n = 0; n < most; n++) assert.equal(await one.find(invented(n), alice, 0), null);
    assert.equal((await problemOf(() => one.find(invented(most), alice, 1))).code, "busy");
    assert.equal(store.reads, most);
    assert.equal(await one.find(invented(0), bob, 1), null);
    assert.equal(await one.find(invented(most), alice, believed), null);
    // A session that is known here is not refused because of them.
    const { session_id } = await one.open(alice, newKey(), believed, systemRandom);
    for (let n = 1; n < most; n++) await one.find(invented(n), alice, believed);
    assert.equal((await problemOf(() => one.find(invented(most), alice, believed))).code, "busy");
    assert.notEqual(await one.find(session_id, alice, 2 * believed), null);
  });

  it("asked for at the same moment share a read", async () => {
    const { one, two, store } = processes();
    const { session_id } = await two.open(alice, newKey(), 0, systemRandom);
    const asked = Array.from({ length: 50 }, (_, n) => one.find(n % 2 ? invented(n) : session_id, alice, 0));
    const found = await Promise.all(asked);
    assert.equal(found.filter((session) => session !== null).length, 25);
    assert.ok(store.reads <= 3, `${store.reads} reads`);
  });

  it("opened while an older read is under way are found by the next one", async () => {
    const { one, two, store } = processes();
    const gate = Promise.withResolvers<void>();
    store.before = () => gate.promise;
    const early = one.find(invented(1), alice, 0);
    const { session_id } = await two.open(alice, newKey(), 0, systemRandom);
    const late = one.find(session_id, alice, 0);
    gate.resolve();
    assert.equal(await early, null);
    assert.notEqual(await late, null);
  });

  it("opened here while an older read is under way stay", async () => {
    const { one, store } = processes();
    const gate = Promise.withResolvers<void>();
    store.before = () => gate.promise;
    const early = one.find(invented(1), alice, 0);
    const { session_id } = await one.open(alice, newKey(), 0, systemRandom);
    gate.resolve();
    assert.equal(await early, null);
    assert.notEqual(await one.find(session_id, alice, 1), null);
    assert.equal(store.reads, 1);
  });

  it("are bounded in reads under way, and none is read for a hotkey that can have none", async () => {
    const { store } = processes();
    const gate = Promise.withResolvers<void>();
    store.before = () => gate.promise;
    const some = new Sessions({ epochs, isShared: true }, { store, mayHave: (hotkey) => hotkey !== bob });
    const most = epistulaLimits.sessionLookups.value;
    const hotkeyOf = (n: number) =>
      encodeHotkey(Uint8Array.from({ length: 32 }, (_, i) => (n >> (8 * i)) & 255));
    const waiting = Array.from({ length: most }, (_, n) => some.find(invented(n), hotkeyOf(n), 0));
    assert.equal((await problemOf(() => some.find(invented(0), hotkeyOf(most), 0))).code, "busy");
    assert.equal(await some.find(invented(0), bob, 0), null);
    assert.equal(store.reads, most);
    gate.resolve();
    await Promise.all(waiting);
    assert.equal(await some.find(invented(0), hotkeyOf(most), 0), null);
  });

  it("that cannot be read prove nothing, and are read again", async () => {
    const { one, two, store } = processes();
    const { session_id } = await two.open(alice, newKey(), 0, systemRandom);
    store.before = async () => {
      throw new Error("the store is away");
    };
    await assert.rejects(one.find(session_id, alice, 0), /away/);
    store.before = async () => {};
    assert.notEqual(await one.find(session_id, alice, 0), null);
  });
});
