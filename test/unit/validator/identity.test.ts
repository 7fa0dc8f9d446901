import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import {
  adoptIdentity,
  checkIdentity,
  presentIdentity,
  recordHeight,
} from "../../../src/validator/identity.ts";
import { problemOf } from "../../support/thrown.ts";

/** The notes of a store. */
function notes() {
  const values = new Map<string, string>();
  return {
    values,
    note: async (key: string) => values.get(key) ?? null,
    setNote: async (key: string, value: string) => void values.set(key, value),
  };
}

const config = defaultConfig();
const known = { hotkey: "5Alice", keyId: "key-1", retiredIds: [] as readonly string[], height: 1000 };

function present(change: Partial<Config> = {}, with_: Partial<typeof known> = {}, demo = false) {
  const options = { config: { ...config, ...change }, dataDir: "data", demo };
  return presentIdentity(options, { ...known, ...with_ });
}

async function pinned() {
  const store = notes();
  await checkIdentity(store, present());
  return store;
}

const { chain } = config;
const changed = {
  "another hotkey": [present({}, { hotkey: "5Bob" }), "hotkey", "5Alice", "5Bob"],
  "another publishing key": [present({}, { keyId: "key-2" }), "publishing key", "key-1", "key-2"],
  "another network": [present({ network: "finney" }), "network", "local", "finney"],
  "another netuid": [present({ netuid: 94 }), "netuid", "0", "94"],
  "another genesis": [present({ chain: { ...chain, genesis_ms: 5 } }), "chain.genesis_ms", "0", "5"],
  "another block time": [present({ chain: { ...chain, block_ms: 6000 } }), "chain.block_ms", "12000", "6000"],
  "another tempo": [present({ chain: { ...chain, tempo: 10 } }), "chain.tempo", "360", "10"],
  "a demo on a real store": [present({}, {}, true), "demo", "no", "yes"],
} as const;

for (const [name, [now, what, before, after]] of Object.entries(changed)) {
  test(`${name} is refused with both values, until it is adopted`, async () => {
    const store = await pinned();
    const changes = [{ what, pinned: before, present: after }];
    const problem = await problemOf(() => checkIdentity(store, now));
    assert.deepEqual(problem, { code: "identity_changed", file: now.file, changes });
    assert.deepEqual(await adoptIdentity(store, now, null), changes);
    assert.equal((await problemOf(() => checkIdentity(store, now))).code, "identity_changed");
    assert.deepEqual(await adoptIdentity(store, now, "2026-01-01T00:00:00.000Z"), changes);
    await checkIdentity(store, now);
    assert.match(store.values.get("identity") ?? "", /"adopted":\[\{"at":"2026-01-01T00:00:00.000Z"/);
    assert.deepEqual(await adoptIdentity(store, now, null), []);
  });
}

test("a real start on the store of a demo is refused too", async () => {
  const store = notes();
  await checkIdentity(store, present({}, {}, true));
  assert.equal((await problemOf(() => checkIdentity(store, present()))).code, "identity_changed");
});

test("a height may fall by a minute's blocks, and not by one more; unknown heights are not compared", async () => {
  const store = await pinned();
  await checkIdentity(store, present({}, { height: 995 }));
  const problem = await problemOf(() => checkIdentity(store, present({}, { height: 994 })));
  assert.ok(problem.code === "identity_changed");
  assert.deepEqual(problem.changes, [{ what: "height", pinned: "block 1000", present: "block 994" }]);
  await recordHeight(store, null);
  await recordHeight(store, 2000);
  assert.equal(
    (await problemOf(() => checkIdentity(store, present({}, { height: 1000 })))).code,
    "identity_changed",
  );
  await checkIdentity(store, { ...present(), height: null });
  await adoptIdentity(store, present({}, { height: 900 }), "now");
  await checkIdentity(store, present({}, { height: 900 }));
});

test("an adopted publishing key leaves the earlier one known", async () => {
  const store = await pinned();
  await adoptIdentity(store, present({}, { keyId: "key-2" }), "now");
  for (const keyId of ["key-1", "key-2"]) await checkIdentity(store, present({}, { keyId }));
});

test("a key that followed a known one by rotation is known, and stays so without the list", async () => {
  const store = await pinned();
  const strange = present({}, { keyId: "key-2", retiredIds: ["key-0"] });
  assert.equal((await problemOf(() => checkIdentity(store, strange))).code, "identity_changed");
  await checkIdentity(store, present({}, { keyId: "key-2", retiredIds: ["key-0", "key-1"] }));
  await checkIdentity(store, present({}, { keyId: "key-2" }));
});

test("what is remembered and cannot be read stops the start", async () => {
  for (const text of ["", "{", "null", '{"facts":{}}', "[]"]) {
    const store = notes();
    await store.setNote("identity", text);
    assert.equal((await problemOf(() => checkIdentity(store, present()))).code, "store_corrupt");
  }
});

test("a store that moves to a subnet forgets the height of its former chain", async () => {
  const store = await pinned();
  const subnet = {
    ...{ kind: "subtensor" as const, endpoints: ["ws://a"], netuid: 7, mechanism: 0, genesis: "finney" },
    ...{ wallet: null, weights: "auto" as const, publish: null, stale_after_ms: 120_000, block_ms: 12_000 },
    validators_may_mine: false,
  };
  const now = { ...present({ chain: subnet }), height: null };
  const changes = await adoptIdentity(store, now, "2026-01-01T00:00:00.000Z");
  assert.deepEqual(
    changes.map(({ what }) => what),
    ["network", "netuid", "chain.kind"],
  );
  await checkIdentity(store, { ...now, height: 1 });
  for (const [change, what] of [
    [{ genesis: "test" }, "chain.genesis"],
    [{ mechanism: 1 }, "chain.mechanism"],
  ] as const) {
    const other = present({ chain: { ...subnet, ...change } });
    const problem = await problemOf(() => checkIdentity(store, other));
    assert.match(JSON.stringify(problem), new RegExp(what));
  }
  await checkIdentity(store, present({ chain: { ...subnet, endpoints: ["ws://b"], block_ms: 6000 } }));
});
