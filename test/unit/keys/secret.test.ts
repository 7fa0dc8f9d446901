import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSecret, secretBytes } from "../../../src/keys/secret.ts";
import { problemOf } from "../../support/thrown.ts";

const text = "assay-golden-master-secret-0001!";
const parse = (content: string) => Buffer.from(parseSecret("s", Buffer.from(content))).toString();

test("one trailing newline, of either kind, is not part of a secret", () => {
  for (const content of [text, `${text}\n`, `${text}\r\n`]) assert.equal(parse(content), text);
});

test("everything else is part of it", () => {
  assert.equal(parse(`${text}\n\n`), `${text}\n`);
  assert.equal(parse(`${text}\r\n\r\n`), `${text}\r\n`);
  assert.equal(parse(`${text}\r`), `${text}\r`);
  assert.equal(parse(` ${text} \n`), ` ${text} `);
  assert.equal(parse(`\n${text}`), `\n${text}`);
});

test("32 bytes are enough, 31 are refused, and the newline does not count", async () => {
  assert.equal(text.length, 32);
  assert.deepEqual(await problemOf(() => parse(`${text.slice(1)}\n`)), {
    code: "secret_too_short",
    file: "s",
    bytes: 31,
  });
  assert.deepEqual(await problemOf(() => parse("")), { code: "secret_too_short", file: "s", bytes: 0 });
  assert.deepEqual(await problemOf(() => parse("\n")), { code: "secret_too_short", file: "s", bytes: 0 });
});

test("length is counted in bytes, not characters", () => {
  assert.equal(parse("é".repeat(16)), "é".repeat(16));
});

test("the bytes of a short secret can be had where nothing is at stake", () => {
  assert.deepEqual(secretBytes(Buffer.from("ab\r\n")), Uint8Array.from([97, 98]));
});

test("a secret does not change with the buffer that it was read from", () => {
  const content = Buffer.from(text);
  const secret = parseSecret("s", content);
  content.fill(0);
  assert.equal(Buffer.from(secret).toString(), text);
});
