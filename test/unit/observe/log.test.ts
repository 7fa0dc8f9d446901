import assert from "node:assert/strict";
import { test } from "node:test";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { makeLog } from "../../../src/observe/log.ts";
import { redact } from "../../../src/observe/redact.ts";

function collecting(level: string) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: makeLog({ level, destination }) };
}

test("a line is JSON with its level, ISO time, event and data", () => {
  const { lines, log } = collecting("debug");
  log.info("started", { port: 8420, url: "http://x" });
  log.debug("tick");
  const [first, second] = lines;
  assert.equal(first?.level, "info");
  assert.equal(first?.event, "started");
  assert.equal(first?.port, 8420);
  assert.match(String(first?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(Object.keys(second ?? {}), ["level", "time", "event"]);
});

test("the level cuts, and an unknown level is refused", () => {
  const { lines, log } = collecting("warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  assert.deepEqual(
    lines.map(({ event }) => event),
    ["c", "d"],
  );
  const silent = collecting("silent");
  silent.log.error("e");
  assert.deepEqual(silent.lines, []);
  for (const level of ["loud", "", "toString", "__proto__"])
    assert.throws(() => collecting(level), RangeError);
});

test("data never overwrites the line's own members", () => {
  const { lines, log } = collecting("info");
  log.info("real", { event: "fake", level: "fatal", time: 0 });
  assert.equal(lines[0]?.event, "real");
  assert.equal(lines[0]?.level, "info");
  assert.equal(lines[0]?.data_event, "fake");
});

test("secret-like members are hidden at any depth and in any spelling", () => {
  const { lines, log } = collecting("info");
  const hidden = {
    ...{ secret: "S", masterSecret: "S", token: "S", admin_token: "S", privateKey: "S", private_key: "S" },
    ...{ authorization: "S", Authorization: "S", signature: "S", "epistula-request-signature": "S" },
    ...{ password: "S", mnemonic: "S", seed: "S", cookie: "S", d: "S", revealed_key: "S" },
  };
  log.info("x", { ...hidden, headers: { ...hidden }, list: [{ key: { ...hidden } }] });
  assert.ok(!JSON.stringify(lines).includes('"S"'), JSON.stringify(lines));
  assert.equal(JSON.stringify(lines).split("[redacted]").length - 1, 3 * Object.keys(hidden).length);
  log.info("x", {
    hotkey: "5Grw",
    token_file: "keys/admin.token",
    secretFile: "f",
    dropped_count: 3,
    key_id: "k1",
  });
  assert.equal(lines[1]?.token_file, "keys/admin.token");
  assert.equal(lines[1]?.secretFile, "f");
  assert.equal(lines[1]?.hotkey, "5Grw");
  assert.equal(lines[1]?.key_id, "k1");
});

test("errors keep message, code, stack and cause; bytes and integers of any size have a form", () => {
  const { lines, log } = collecting("info");
  const cause = Object.assign(new Error("no space left"), { code: "ENOSPC" });
  log.error("failed", {
    cause: new AssayError({ code: "store_unavailable", retry_after_s: 1 }, { cause }),
    bytes: new Uint8Array(32),
    seedless: 2n ** 63n,
  });
  const logged = lines[0]?.cause as { code: string; stack: string; cause: { code: string; message: string } };
  assert.equal(logged.code, "store_unavailable");
  assert.ok(logged.stack.includes("log.test"));
  assert.equal(logged.cause.code, "ENOSPC");
  assert.equal(logged.cause.message, "no space left");
  assert.equal(lines[0]?.bytes, "[32 bytes]");
});

test("what is logged is bounded: long texts, long lists, deep and circular values", () => {
  const circular: Record<string, unknown> = { name: "loop" };
  circular.self = circular;
  const text = JSON.stringify(
    redact({ circular, long: "x".repeat(1e6), list: Array.from({ length: 1e5 }, () => 1) }),
  );
  assert.ok(text.length < 6000, `${text.length}`);
  assert.ok(text.includes("[deeper]"));
  const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
  assert.equal(Object.keys(redact(wide) as object).length, 100);
});

test("redact changes nothing in what it is given", () => {
  const data = { secret: "S", inner: { token: "T", n: 1 } };
  redact(data);
  assert.deepEqual(data, { secret: "S", inner: { token: "T", n: 1 } });
});
