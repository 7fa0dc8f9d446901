import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { planPageHtml } from "../../../../src/cli/plan/planPageHtml.ts";
import { readPlan } from "../../../../src/cli/plan/readPlan.ts";
import { plan } from "../../../../src/economics/plan.ts";
import type { PlanTexts } from "../../../../src/economics/planner/fields.ts";
import { planPage } from "../../../../src/economics/planner/planPage.ts";
import { batch } from "../../../support/cli/printed.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

const shown = ["--before", "budget:20@7000,strikes:3,tempos:5"];
const before = { before: "budget:20@7000,strikes:3,tempos:5" };

async function htmlOf(texts: PlanTexts): Promise<string> {
  const inputs = readPlan(texts);
  return planPageHtml(planPage(inputs, plan(inputs)));
}

describe("assay plan --html", () => {
  it("writes the file, says so on stderr, and prints what it prints without", async () => {
    const [file, other] = [join(dir, "plan.html"), join(dir, "json.html")];
    const [plain, text, json, plotted, help] = await batch(
      ["plan", ...shown],
      ["plan", ...shown, "--html", file],
      ["plan", ...shown, "--json"],
      ["plan", ...shown, "--json", "--html", other],
      ["plan", "--help"],
    );
    assert.deepEqual([text?.code, text?.stdout], [0, plain?.stdout]);
    assert.deepEqual([plotted?.code, plotted?.stdout], [0, json?.stdout]);
    assert.equal(text?.stderr, `page written to ${file}\n`);
    for (const written of [file, other]) assert.equal(readFileSync(written, "utf8"), await htmlOf(before));
    assert.match(help?.stdout ?? "", /--html <file>/);
  });

  it("replaces an older page, and what a link leads to; nothing else is left", async () => {
    const folder = join(dir, "links");
    mkdirSync(folder);
    const [file, link] = [join(folder, "old.html"), join(folder, "link.html")];
    writeFileSync(file, "old");
    symlinkSync(file, link);
    const [printed] = await batch(["plan", "--html", link]);
    assert.equal(printed?.code, 0);
    assert.equal(readFileSync(file, "utf8"), await htmlOf({}));
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.deepEqual(readdirSync(folder).sort(), ["link.html", "old.html"]);
  });

  it("fails with the file's name where it cannot be written, prints no plan, and leaves nothing", async () => {
    const folder = join(dir, "refused");
    mkdirSync(folder);
    const [pipe, deep, under] = [
      join(folder, "pipe"),
      join(folder, "no/plan.html"),
      join(folder, "pipe/plan.html"),
    ];
    execFileSync("mkfifo", [pipe]);
    const files = [deep, folder, pipe, under];
    const printed = await batch(...files.map((file) => ["plan", "--json", "--html", file]), [
      "plan",
      "--html",
      deep,
    ]);
    for (const [i, file] of files.entries()) {
      const { error } = JSON.parse(printed[i]?.stdout ?? "") as { error: { code: string; message: string } };
      assert.deepEqual([printed[i]?.code, error.code], [1, "failed"]);
      assert.ok(error.message.startsWith(`${file}: the page cannot be written: `), error.message);
    }
    assert.deepEqual([printed[4]?.code, printed[4]?.stdout], [1, ""]);
    assert.ok(printed[4]?.stderr.includes("ENOENT"));
    assert.deepEqual(readdirSync(folder), ["pipe"]);
    assert.ok(lstatSync(pipe).isFIFO());
  });
});
