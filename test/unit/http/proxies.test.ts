import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { receipt, serve } from "../../support/http/server.ts";

async function addressSeen(t: TestContext, trustedProxies: string[], headers: Record<string, string>) {
  const seen: string[] = [];
  const { url } = await serve(
    t,
    {
      receipt: async (caller) => {
        seen.push(caller.ip);
        return receipt;
      },
    },
    { trustedProxies },
  );
  await fetch(`${url}/v1/receipts/x`, { headers });
  return seen[0];
}

const forwarded = (chain: string) => ({ "x-forwarded-for": chain });

test("without trusted proxies every forwarded header is ignored", async (t) => {
  const spoofed = {
    "x-forwarded-for": "9.9.9.9",
    "x-real-ip": "9.9.9.9",
    "cf-connecting-ip": "9.9.9.9",
    forwarded: "for=9.9.9.9",
  };
  assert.equal(await addressSeen(t, [], spoofed), "127.0.0.1");
  assert.equal(await addressSeen(t, ["10.0.0.0/8"], spoofed), "127.0.0.1", "the socket is no trusted proxy");
});

test("a trusted proxy's forwarded address counts, by address and by range", async (t) => {
  for (const trusted of [["127.0.0.1"], ["127.0.0.0/8"], ["10.0.0.1", "127.0.0.1/32"]]) {
    assert.equal(await addressSeen(t, trusted, forwarded("9.9.9.9")), "9.9.9.9");
    assert.equal(await addressSeen(t, trusted, {}), "127.0.0.1");
  }
});

test("of a chain, the last address that no trusted proxy has counts: what a client puts before it does not", async (t) => {
  assert.equal(await addressSeen(t, ["127.0.0.1"], forwarded("1.1.1.1, 9.9.9.9")), "9.9.9.9");
  assert.equal(
    await addressSeen(t, ["127.0.0.1", "9.9.9.9"], forwarded("2.2.2.2, 1.1.1.1, 9.9.9.9")),
    "1.1.1.1",
  );
});

test("a forwarded text that is no address counts as the proxy; other headers never count", async (t) => {
  assert.equal(await addressSeen(t, ["127.0.0.1"], forwarded("unknown")), "127.0.0.1");
  assert.equal(await addressSeen(t, ["127.0.0.1"], forwarded("a".repeat(5000))), "127.0.0.1");
  assert.equal(await addressSeen(t, ["127.0.0.1"], { "x-real-ip": "9.9.9.9" }), "127.0.0.1");
});

test("an IPv4 address reads the same through an IPv6 socket", async (t) => {
  assert.equal(await addressSeen(t, ["127.0.0.1"], forwarded("::ffff:9.9.9.9")), "9.9.9.9");
  assert.equal(await addressSeen(t, ["127.0.0.1"], forwarded("2001:db8::1")), "2001:db8::1");
});

test("a forwarded address counts with a port and in brackets, also in the middle of a chain", async (t) => {
  const trusted = ["127.0.0.1", "::ffff:10.0.0.0/104"];
  const table = [
    ["9.9.9.9:4711", "9.9.9.9"],
    ["[2001:db8::1]:4711", "2001:db8::1"],
    ["[2001:DB8:0::1]", "2001:db8::1"],
    ["[::ffff:9.9.9.9]:80", "9.9.9.9"],
    ["9.9.9.9, 10.1.2.3:4711", "9.9.9.9"],
    ["9.9.9.9:99999", "127.0.0.1"],
  ];
  for (const [chain = "", seen] of table)
    assert.equal(await addressSeen(t, trusted, forwarded(chain)), seen, chain);
});
