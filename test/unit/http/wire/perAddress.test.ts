import assert from "node:assert/strict";
import { test } from "node:test";
import { PerAddress } from "../../../../src/http/wire/perAddress.ts";

test("an address may have as many as the limit, in whatever form it comes, and others as many again", () => {
  const open = new PerAddress(2);
  const leave = open.enter("192.0.2.7");
  assert.ok(leave !== null && open.enter("::ffff:192.0.2.7") !== null);
  assert.equal(open.enter("192.0.2.7"), null);
  assert.ok(open.enter("192.0.2.8") !== null);
  leave();
  leave();
  assert.ok(open.enter("192.0.2.7") !== null);
  assert.equal(open.enter("::ffff:c000:207"), null, "leaving twice frees one place");
});

test("an IPv6 network of 64 bits is one address", () => {
  const open = new PerAddress(1);
  assert.ok(open.enter("2001:db8:1:2::1") !== null);
  assert.equal(open.enter("2001:db8:1:2:ffff::9"), null);
  assert.ok(open.enter("2001:db8:1:3::1") !== null);
});
