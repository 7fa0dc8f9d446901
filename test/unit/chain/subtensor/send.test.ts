import assert from "node:assert/strict";
import { test } from "node:test";
import { listedMethods, refusedId, requestId } from "../../../../src/chain/subtensor/connect/methods.ts";
import type { NodeApi, SubmitWatch } from "../../../../src/chain/subtensor/connect/nodeApi.ts";
import { DriftWindow } from "../../../../src/chain/subtensor/follow/driftWindow.ts";
import { holds } from "../../../../src/chain/subtensor/follow/registrations.ts";
import { watchBroadcast } from "../../../../src/chain/subtensor/send/broadcast.ts";
import { dispatchErrorName, refusalOf } from "../../../../src/chain/subtensor/send/errorName.ts";
import { chainCalls } from "../../../../src/chain/subtensor/send/weightCalls.ts";

test("failures are known by name", () => {
  const module = {
    type: "Module",
    value: { type: "SubtensorModule", value: { type: "SettingWeightsTooFast" } },
  };
  assert.equal(dispatchErrorName(module), "SettingWeightsTooFast");
  assert.equal(dispatchErrorName({ type: "BadOrigin", value: undefined }), "BadOrigin");
  assert.equal(dispatchErrorName({ type: "Token", value: { type: "Frozen" } }), "Token.Frozen");
  assert.equal(dispatchErrorName(null), "unknown");
  assert.deepEqual(refusalOf({ type: "Invalid", value: { type: "Stale" } }), {
    error: "Stale",
    isNonce: true,
  });
  assert.deepEqual(refusalOf({ type: "Invalid", value: { type: "Payment" } }), {
    error: "Payment",
    isNonce: false,
  });
  const custom = (value: number) => refusalOf({ type: "Invalid", value: { type: "Custom", value } }).error;
  assert.deepEqual([custom(6), custom(200)], ["RateLimitExceeded", "Custom(200)"]);
});

test("a mechanism above 0 has calls of its own, and 0 the plain ones first", () => {
  const call = { kind: "set", uids: [1], values: [2], versionKey: 3 } as const;
  const names = (mechanism: number) => chainCalls(call, { netuid: 7, mechanism }).map(({ name }) => name);
  assert.deepEqual(names(0), ["set_weights", "set_mechanism_weights"]);
  assert.deepEqual(names(1), ["set_mechanism_weights"]);
  assert.deepEqual(chainCalls(call, { netuid: 7, mechanism: 1 })[0]?.args, {
    ...{ netuid: 7, mecid: 1, dests: [1], weights: [2], version_key: 3n },
  });
});

/** An api whose watch is driven by the test. */
function watched(): { api: NodeApi; watch: () => SubmitWatch; stops: () => number } {
  let [given, stops] = [null as SubmitWatch | null, 0];
  const api = {
    submit: (_: Uint8Array, watch: SubmitWatch) => {
      given = watch;
      return () => void stops++;
    },
  } as Partial<NodeApi> as NodeApi;
  return { api, watch: () => given ?? assert.fail("not watched"), stops: () => stops };
}

test("a watch ends with the finalised block, the refusal, the signal or the deadline, once", async () => {
  const bytes = new Uint8Array(1);
  const { signal } = new AbortController();
  const end = (drive: (watch: SubmitWatch) => void, of = signal, ms = 60_000) => {
    const { api, watch, stops } = watched();
    const done = watchBroadcast(api, bytes, of, ms);
    drive(watch());
    return done.then(async (how) => {
      await Promise.resolve();
      assert.equal(stops(), 1);
      return how;
    });
  };
  const block = { number: 3, hash: "0xb", index: 1 };
  const inBlock = { type: "finalized", block, ok: true };
  assert.deepEqual(await end(({ next }) => [next({ type: "broadcasted" }), next(inBlock)]), {
    ...{ kind: "finalized", block: { number: 3, hash: "0xb" }, error: null },
  });
  const failed = { ...inBlock, ok: false, dispatchError: { type: "BadOrigin", value: undefined } };
  assert.equal(JSON.stringify(await end(({ next }) => next(failed))).includes("BadOrigin"), true);
  const invalid = Object.assign(new Error("x"), {
    ...{ name: "InvalidTxError", error: { type: "Invalid", value: { type: "Stale" } } },
  });
  assert.deepEqual(await end(({ error }) => error(invalid)), {
    kind: "refused",
    error: "Stale",
    isNonce: true,
  });
  assert.deepEqual(await end(({ error }) => error(new Error("gone"))), { kind: "unknown", why: "gone" });
  assert.equal((await end(() => {}, signal, 1)).kind, "unknown");
  const stop = new AbortController();
  assert.equal((await end(() => stop.abort(), stop.signal)).kind, "unknown");
});

test("a node's list of methods is read with the archive group, and without what it refuses to follow with", () => {
  const list = (methods: string[]) => Buffer.from(JSON.stringify({ id: 1, result: { methods } }));
  const listed = (canFollow: boolean): string[] =>
    JSON.parse(listedMethods(list(["chainHead_v1_follow", "state_call"]), canFollow).toString()).result
      .methods;
  assert.deepEqual(listed(true), ["chainHead_v1_follow", "state_call", "archive_v1_storage"]);
  assert.deepEqual(listed(false), ["state_call", "archive_v1_storage"]);
  const other = Buffer.from('{"id":1,"result":"\\"methods\\""}');
  assert.equal(listedMethods(other, true), other);
  assert.equal(listedMethods(Buffer.from('"methods" and no JSON'), true).toString(), '"methods" and no JSON');
});

test("a refusal is that of the request with its id, but not of one follow too many", () => {
  const answer = (id: unknown, code: number) => Buffer.from(JSON.stringify({ id, error: { code } }));
  assert.equal(requestId('{"id":7,"method":"m"}'), "7");
  assert.equal(requestId("no JSON"), null);
  assert.ok(refusedId(answer(7, -32_601), "7"));
  assert.equal(refusedId(answer(8, -32_601), "7"), false);
  assert.equal(refusedId(answer(7, -32_800), "7"), false);
});

test("the drift is the smallest delay of the last eight, and unknown below two", () => {
  const drift = new DriftWindow();
  assert.equal(drift.value(), null);
  drift.add(300);
  assert.equal(drift.value(), null);
  drift.add(-5000);
  assert.equal(drift.value(), -5000);
  for (let i = 0; i < 7; i++) drift.add(900);
  assert.equal(drift.value(), -5000);
  drift.add(900);
  assert.equal(drift.value(), 900);
});

test("bytes are looked for at whole bytes", () => {
  assert.ok(holds("0x0007060700", "07060700"));
  assert.equal(holds("0x0070607000", "07060700"), false);
  assert.equal(holds("0x", "07060700"), false);
});
