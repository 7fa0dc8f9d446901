import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import type { ProblemCode, ProblemKind } from "../../../../src/core/problems/problem.ts";
import { problemTable } from "../../../../src/core/problems/table.ts";
import { errorCodes, invalidCodes, type VerdictCode } from "../../../../src/flow/verdict.ts";
import { serve } from "../../../support/http/server.ts";

const root = resolve(import.meta.dirname, "../../../..");
const codes = Object.keys(problemTable) as ProblemCode[];
const httpCodes = codes.filter((code) => problemTable[code].status !== null);

/** The rows of the table under a heading of docs/errors.md, cells by column name. */
function tableUnder(heading: string): Record<string, string>[] {
  const text = readFileSync(join(root, "docs/errors.md"), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? assert.fail(heading);
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  const cells = (line: string) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim());
  const [header = "", , ...rows] = lines;
  return rows.map((row) => Object.fromEntries(cells(header).map((name, i) => [name, cells(row)[i] ?? ""])));
}

const bare = (cell: string | undefined): string => (cell ?? "").replaceAll("`", "");

test("docs/errors.md has a row for each problem code, in order, and no other", () => {
  assert.deepEqual(
    tableUnder("Problem codes").map(({ code }) => bare(code)),
    codes,
  );
});

test("status, blame and reason of the documentation are those of the table", () => {
  for (const row of tableUnder("Problem codes")) {
    const kind: ProblemKind<never> = problemTable[bare(row.code) as ProblemCode];
    assert.equal(row.status, `${kind.status ?? "start-up"}`, row.code);
    assert.equal(row.blame, kind.blame, row.code);
    assert.equal(row.reason, kind.retry ?? "-", row.code);
    assert.ok(row.meaning && row["what to do"], row.code);
  }
});

test("docs/errors.md has a row for each verdict code, with its outcome, and no other", () => {
  const voided = ["already_solved", "suspended", "not_recorded"] satisfies VerdictCode[];
  const outcomes = new Map<string, string>([
    ...invalidCodes.map((code) => [code, "invalid"] as const),
    ...errorCodes.map((code) => [code, "error"] as const),
    ...voided.map((code) => [code, "void"] as const),
  ]);
  const rows = tableUnder("Verdict codes");
  assert.deepEqual(new Map(rows.map(({ code, outcome }) => [bare(code), outcome])), outcomes);
  for (const row of rows) assert.ok(row.meaning && row["what to do"], row.code);
});

test("the OpenAPI document has each code that has a status, and no other", async (t) => {
  const { url } = await serve(t);
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { "x-problem-codes": string[] }>>;
    components: { schemas: { Problem: { properties: { code: { enum: string[] } } } } };
  };
  assert.deepEqual(document.components.schemas.Problem.properties.code.enum, httpCodes);
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  const answered = new Set(operations.flatMap((operation) => operation["x-problem-codes"]));
  // What answers where no operation is.
  for (const code of ["route_not_found", "method_not_allowed"]) {
    assert.ok(!answered.has(code), code);
    answered.add(code);
  }
  assert.deepEqual([...answered].sort(), [...httpCodes].sort());
});

test("each code that asks to come back says when, and only 429 and 503 do", () => {
  for (const code of codes) {
    const { status, retry }: ProblemKind<never> = problemTable[code];
    assert.equal(retry !== undefined, status === 429 || status === 503, code);
  }
});

test("each code is used somewhere in src", () => {
  const texts = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    // What declares codes does not use them.
    .filter((file) => !/^flow\/|^core\/problem\.ts$/.test(file))
    .map((file) => ({
      store: file.startsWith("store/"),
      text: readFileSync(join(root, "src", file), "utf8"),
    }));
  const unused = codes.filter(
    (code) =>
      !texts.some(
        // A store names the refusals of its `admit` outcome as bare words.
        ({ store, text }) => text.includes(`code: "${code}"`) || (store && text.includes(`"${code}"`)),
      ),
  );
  assert.deepEqual(unused, []);
});
