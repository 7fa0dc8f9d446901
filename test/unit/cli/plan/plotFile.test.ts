import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import { drawn } from "../../../support/cli/planPlot.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

const root = resolve(import.meta.dirname, "../../../..");
const dir = temporaryDir();
after(() => removeDir(dir));

const shown = ["--before", "budget:20@7000,strikes:3,tempos:5"];
const before = { before: "budget:20@7000,strikes:3,tempos:5" };

interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines one after the other in one process. */
async function batch(...lines: string[][]): Promise<Printed[]> {
  const script = join(root, "test/support/cli/batch.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(lines)]);
  return JSON.parse(stdout) as Printed[];
}

describe("assay plan --plot", () => {
  it("writes the file, says so on stderr, and prints what it prints without", async () => {
    const [file, other] = [join(dir, "plan.svg"), join(dir, "json.svg")];
    const [plain, text, json, plotted, help] = await batch(
      ["plan", ...shown],
      ["plan", ...shown, "--plot", file],
      ["plan", ...shown, "--json"],
      ["plan", ...shown, "--json", "--plot", other],
      ["plan", "--help"],
    );
    assert.deepEqual([text?.code, text?.stdout], [0, plain?.stdout]);
    assert.deepEqual([plotted?.code, plotted?.stdout], [0, json?.stdout]);
    assert.equal(text?.stderr, `plot written to ${file}\n`);
    for (const written of [file, other]) assert.equal(readFileSync(written, "utf8"), drawn(before));
    assert.match(help?.stdout ?? "", /--plot <file>/);
  });

  it("replaces an older plot, and what a link leads to; nothing else is left", async () => {
    const folder = join(dir, "links");
    mkdirSync(folder);
    const [file, link] = [join(folder, "old.svg"), join(folder, "link.svg")];
    writeFileSync(file, "old");
    symlinkSync(file, link);
    const [printed] = await batch(["plan", "--plot", link]);
    assert.equal(printed?.code, 0);
    assert.equal(readFileSync(file, "utf8"), drawn({}));
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.deepEqual(readdirSync(folder).sort(), ["link.svg", "old.svg"]);
  });

  it("fails with the file's name where it cannot be written, prints no plan, and leaves nothing", async () => {
    const folder = join(dir, "refused");
    mkdirSync(folder);
    const [pipe, deep, under] = [
      join(folder, "pipe"),
      join(folder, "no/plan.svg"),
      join(folder, "pipe/plan.svg"),
    ];
    execFileSync("mkfifo", [pipe]);
    const files = [deep, folder, pipe, under];
    const printed = await batch(...files.map((file) => ["plan", "--json", "--plot", file]), [
      "plan",
      "--plot",
      deep,
    ]);
    for (const [i, file] of files.entries()) {
      const { error } = JSON.parse(printed[i]?.stdout ?? "") as { error: { code: string; message: string } };
      assert.deepEqual([printed[i]?.code, error.code], [1, "failed"]);
      assert.ok(error.message.startsWith(`${file}: the plot cannot be written: `), error.message);
    }
    assert.deepEqual([printed[4]?.code, printed[4]?.stdout], [1, ""]);
    assert.ok(printed[4]?.stderr.includes("ENOENT"));
    assert.deepEqual(readdirSync(folder), ["pipe"]);
    assert.ok(lstatSync(pipe).isFIFO());
  });
});

describe("docs/deterrence.svg", () => {
  it("is what the comparison of the page draws, and the page shows it", () => {
    assert.equal(readFileSync(join(root, "docs/deterrence.svg"), "utf8"), drawn(before));
    const page = readFileSync(join(root, "docs/deterrence.md"), "utf8");
    assert.match(page, /!\[[^\]]+\]\(deterrence\.svg\)/);
    assert.ok(page.includes(`assay plan ${shown.join(" ")}`));
  });
});
