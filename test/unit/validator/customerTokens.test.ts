import assert from "node:assert/strict";
import { test } from "node:test";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { type CustomerToken, TOKENS_MAX } from "../../../src/flow/customerToken.ts";
import { CustomerTokens, type CustomerTokensModules } from "../../../src/validator/customerTokens.ts";
import { FakeClock } from "../../support/fakeClock.ts";

class MemoryTokens {
  rows: CustomerToken[] = [];

  async customerTokens(): Promise<CustomerToken[]> {
    return [...this.rows];
  }

  async addCustomerToken(token: CustomerToken, most: number): Promise<boolean> {
    if (this.rows.length >= most) return false;
    this.rows.push(token);
    return true;
  }

  async revokeCustomerToken(tokenId: string, at: number): Promise<CustomerToken | null> {
    this.rows = this.rows.map((row) =>
      row.tokenId === tokenId ? { ...row, revokedAt: row.revokedAt ?? at } : row,
    );
    return this.rows.find((row) => row.tokenId === tokenId) ?? null;
  }

  async useCustomerTokens(uses: readonly { tokenId: string; at: number }[]): Promise<void> {
    for (const { tokenId, at } of uses)
      this.rows = this.rows.map((row) => (row.tokenId === tokenId ? { ...row, lastUsedAt: at } : row));
  }
}

async function made(burst = 10, perSecond = 1) {
  const clock = new FakeClock(1_700_000_000_000);
  const store = new MemoryTokens();
  const modules: CustomerTokensModules = { store, clock, random: systemRandom };
  const load = () => CustomerTokens.load({ burst, perSecond }, modules);
  return { clock, store, load, tokens: await load() };
}

test("only the whole text of a token is it, and nothing on record gives it away", async () => {
  const { tokens, store, load } = await made();
  const { token, text } = await tokens.create("Ada");
  const [id = "", secret = ""] = text.split(".");
  assert.equal(Buffer.from(secret, "base64url").length, 32);
  assert.equal(tokens.authenticate(text), token.tokenId);
  const other = (await tokens.create("Bob")).text;
  const wrong = [
    "",
    ".",
    id,
    secret,
    `${id}.`,
    `.${secret}`,
    text.slice(0, -1),
    `${text}x`,
    `${id}.${other.split(".")[1]}`,
  ];
  for (const one of wrong) assert.equal(tokens.authenticate(one), null, one);
  assert.equal(JSON.stringify(store.rows).includes(secret), false);
  assert.equal((await load()).authenticate(text), token.tokenId, "after a restart");
});

test("a token has a rate: at its bound, one past it, and again after the wait", async () => {
  const { tokens, clock } = await made(3, 1);
  const [{ token }, { token: other }] = [await tokens.create("Ada"), await tokens.create("Bob")];
  for (let i = 0; i < 3; i++) tokens.take(token.tokenId);
  assert.throws(
    () => tokens.take(token.tokenId),
    (error) => {
      assert.ok(error instanceof AssayError);
      assert.deepEqual(error.problem, { code: "customer_rate_limited", retry_after_s: 1 });
      return true;
    },
  );
  tokens.take(other.tokenId);
  clock.advance(1000);
  tokens.take(token.tokenId);
});

test("a revoked token is refused, keeps its first time, and is forgotten with its record", async () => {
  const { tokens, clock, store } = await made();
  const { token, text } = await tokens.create("Ada");
  const revoked = await tokens.revoke(token.tokenId);
  clock.advance(1000);
  assert.equal((await tokens.revoke(token.tokenId)).revokedAt, revoked.revokedAt);
  assert.equal(tokens.authenticate(text), null);
  assert.equal(tokens.nameOf(token.tokenId), "Ada");
  store.rows = [];
  await tokens.flush();
  assert.deepEqual([tokens.list(), tokens.nameOf(token.tokenId)], [[], null]);
  for (const id of [token.tokenId, "tk_x", "__proto__"])
    await assert.rejects(
      tokens.revoke(id),
      (error) => error instanceof AssayError && error.code === "token_not_found",
    );
});

test("when a token was last used is shown at once and recorded by the flush; a refused text is no use", async () => {
  const { tokens, clock, store } = await made();
  const { token, text } = await tokens.create("Ada");
  tokens.authenticate(`${token.tokenId}.wrong`);
  assert.equal(tokens.list()[0]?.lastUsedAt, null);
  clock.advance(5000);
  tokens.authenticate(text);
  assert.equal(tokens.list()[0]?.lastUsedAt, clock.now);
  await tokens.flush();
  assert.equal(store.rows[0]?.lastUsedAt, clock.now);
});

test("no more tokens than the bound are on record", async () => {
  const { tokens } = await made();
  for (let i = 0; i < TOKENS_MAX; i++) await tokens.create(`n ${i}`);
  await assert.rejects(
    tokens.create("past"),
    (error) => error instanceof AssayError && error.code === "token_limit",
  );
});
