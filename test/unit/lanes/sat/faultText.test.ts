import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type InvalidCode, invalidCodes } from "../../../../src/flow/verdict.ts";
import { faultText } from "../../../../src/lanes/sat/faultText.ts";

test("the sentences of the sat codes are those of docs/errors.md", () => {
  const docs = readFileSync(new URL("../../../../docs/errors.md", import.meta.url), "utf8");
  const sat = invalidCodes.filter((code) => /^(solution|assignment|answer)_/.test(code));
  assert.equal(sat.length, 11);
  for (const code of sat) {
    const row = docs.split("\n").find((line) => line.startsWith(`| \`${code}\` | invalid |`)) ?? "";
    assert.equal(row, `| \`${code}\` | invalid | ${faultText(code).replace(/\. (?=[A-Z])/, ". | ")} |`);
  }
});

test("a code of another lane stands for itself", () => {
  assert.equal(faultText("proof_rejected" satisfies InvalidCode), "proof_rejected");
});
