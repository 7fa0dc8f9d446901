import assert from "node:assert/strict";
import { test } from "node:test";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { indexShare } from "../../../src/validator/indexShare.ts";
import { problemOf } from "../../support/thrown.ts";

const chain = (registered: readonly string[] | null, block: number | null = 7) => ({
  block: () => block,
  miners: () => registered?.map((hotkey, uid) => ({ uid, hotkey })) ?? null,
  isRegistered: (hotkey: string) => registered?.includes(hotkey) ?? true,
});
const standing = {
  ...({ hotkey: "seen", standing: "active", first_seen_block: 1, last_seen_block: 1 } as const),
  ...{ until_block: null, strikes: 0 },
};
const judge = { standingOf: (hotkey: string) => (hotkey === "seen" ? standing : null) };
const forged = async () => {
  throw new AssayError({ code: "bad_signature" });
};
const proven = async () => undefined;

test("where the chain lists its miners, theirs are built and no others", async () => {
  assert.equal(await indexShare({ chain: chain(["a"]), judge }, "a"), "known");
  const other = await problemOf(() => indexShare({ chain: chain(["a"]), judge }, "b", proven));
  assert.deepEqual(other, { code: "not_registered", hotkey: "b" });
  const unknown = await problemOf(() => indexShare({ chain: chain([], null), judge }, "b", proven));
  assert.equal(unknown.code, "chain_unavailable");
});

test("where anyone may mine, a claim alone builds nothing, whoever is claimed", async () => {
  const open = { chain: chain(null), judge };
  for (const hotkey of ["seen", "unseen"]) {
    assert.equal((await problemOf(() => indexShare(open, hotkey, forged))).code, "bad_signature");
    assert.equal((await problemOf(() => indexShare(open, hotkey))).code, "not_your_challenge");
  }
  assert.equal(await indexShare(open, "seen", proven), "known");
  assert.equal(await indexShare(open, "unseen", proven), "new");
});
