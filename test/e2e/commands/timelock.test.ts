import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { batch, type Printed } from "../../support/cli/printed.ts";
import { runAssay } from "../../support/validator/validator.ts";

const golden = JSON.parse(readFileSync(new URL("../../vectors/timelock.json", import.meta.url), "utf8")) as {
  ciphertexts: { round: number; signature: string; payload: string; ciphertext: string }[];
  reject: { name: string; ciphertext: string; round: number }[];
  pulses: { round: number; signature: string; valid: boolean }[];
};
const signatureOf = (round: number): string =>
  golden.pulses.find((pulse) => pulse.valid && pulse.round === round)?.signature ?? assert.fail();

const encrypt = (round: number | string, payload: string, ...more: string[]): string[] => [
  ...["timelock", "encrypt", "--round", String(round), "--payload", payload, ...more],
];
const decrypt = (ciphertext: string, signature: string, ...more: string[]): string[] => [
  ...["timelock", "decrypt", "--ciphertext", ciphertext, "--signature", signature, ...more],
];

function documentOf({ code, stdout, stderr }: Printed, status: number): Record<string, unknown> {
  assert.deepEqual([code, stderr], [status, ""]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

function errorOf(printed: Printed, status: number): string {
  const { error, ...rest } = documentOf(printed, status) as { error: { code: string; message: string } };
  assert.deepEqual([rest, Object.keys(error)], [{}, ["code", "message"]]);
  assert.ok(error.message.length > 0);
  return error.code;
}

test("timelock decrypt opens what others encrypted, with or without 0x", async () => {
  const lines = golden.ciphertexts.map(({ ciphertext, signature }) =>
    decrypt(ciphertext, signature, "--json"),
  );
  const [first = assert.fail()] = golden.ciphertexts;
  const printed = await batch(
    ...lines,
    decrypt(`0x${first.ciphertext.toUpperCase()}`, `0x${first.signature}`),
  );
  for (const [i, { payload }] of golden.ciphertexts.entries())
    assert.deepEqual(documentOf(printed[i] ?? assert.fail(), 0), { payload });
  assert.deepEqual(printed.at(-1), { code: 0, stdout: `${first.payload}\n`, stderr: "" });
});

test("timelock encrypt prints a ciphertext that opens, another one every time", async () => {
  const payload = "00ff10";
  const [json = assert.fail(), plain = assert.fail(), empty = assert.fail()] = await batch(
    encrypt(1000, payload, "--json"),
    encrypt(1000, `0x${payload}`),
    encrypt(1, ""),
  );
  const { ciphertext, ...rest } = documentOf(json, 0) as { ciphertext: string };
  assert.deepEqual(rest, {});
  assert.match(ciphertext, /^[0-9a-f]{494}$/);
  assert.match(plain.stdout, /^[0-9a-f]{494}\n$/);
  assert.notEqual(plain.stdout.trim(), ciphertext);
  const opened = await batch(
    ...[ciphertext, plain.stdout.trim()].map((one) => decrypt(one, signatureOf(1000), "--json")),
    decrypt(empty.stdout.trim(), signatureOf(1), "--json"),
  );
  assert.deepEqual(
    opened.map((one) => documentOf(one, 0)),
    [{ payload }, { payload }, { payload: "" }],
  );
});

test("timelock decrypt ends with 1 and says why what does not open does not", async () => {
  const [{ ciphertext, signature } = assert.fail()] = golden.ciphertexts;
  const printed = await batch(
    ...golden.reject.map((one) => decrypt(one.ciphertext, signatureOf(one.round), "--json")),
    decrypt(ciphertext, golden.pulses.find(({ valid }) => !valid)?.signature ?? "", "--json"),
    decrypt(ciphertext, signature.slice(2), "--json"),
    decrypt(ciphertext.slice(1), signature, "--json"),
    decrypt("", signature, "--json"),
    decrypt("not hex", signature, "--json"),
    decrypt(ciphertext, "0x", "--json"),
  );
  for (const one of printed) assert.equal(errorOf(one, 1), "timelock_unreadable");
  const { code, stdout, stderr } = await runAssay(decrypt(ciphertext, signatureOf(1)));
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(
    stderr,
    /^assay: .*of another round.*signature of its reveal round.*\(timelock_unreadable\)\n$/,
  );
});

test("timelock encrypt takes 4756 bytes and no more", async () => {
  const [most = assert.fail(), over = assert.fail()] = await batch(
    encrypt(1, "ab".repeat(4756)),
    encrypt(1, "ab".repeat(4757), "--json"),
  );
  assert.equal(most.stdout.trim().length, 10_000);
  assert.equal(errorOf(over, 1), "timelock_too_long");
});

test("timelock asked wrongly ends with 2", async () => {
  const wrong = [
    encrypt(0, "00"),
    encrypt("1.5", "00"),
    encrypt(-1, "00"),
    encrypt("9007199254740992", "00"),
    encrypt(1, "0"),
    encrypt(1, "zz"),
    encrypt(1, "0x0x00"),
    ["timelock", "encrypt", "--round", "1"],
    ["timelock", "decrypt", "--ciphertext", "00"],
    ["timelock", "open"],
  ];
  for (const one of await batch(...wrong.map((line) => [...line, "--json"])))
    assert.equal(errorOf(one, 2), "usage");
});
