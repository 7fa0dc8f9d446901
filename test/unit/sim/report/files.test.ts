import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Trace } from "../../../../sim/engine/trace.ts";
import { OutputFolder } from "../../../../sim/report/files.ts";
import { sha256Hex } from "../../../../src/core/hash.ts";
import { problemOf } from "../../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

const textOf = (file: string): string => readFileSync(join(dir, file), "utf8");

describe("a folder of results", () => {
  it("is made with what is above it, and found again", () => {
    const path = join(dir, "a/b/c");
    new OutputFolder(path, [], false).write("one.txt", "1");
    new OutputFolder(path, [], false).write("two.txt", "2");
    assert.deepEqual(readdirSync(path), ["one.txt", "two.txt"]);
  });

  it("has whole files only: nothing else is left beside them, and an older one is replaced", () => {
    const folder = new OutputFolder(join(dir, "whole"), [], false);
    folder.json("result.json", { a: 1 });
    folder.json("result.json", { a: [2] });
    folder.write("report.html", "<p>");
    assert.deepEqual(readdirSync(join(dir, "whole")), ["report.html", "result.json"]);
    assert.equal(textOf("whole/result.json"), '{\n  "a": [\n    2\n  ]\n}\n');
  });

  it("that cannot be is refused with its name", async () => {
    writeFileSync(join(dir, "file"), "");
    const path = join(dir, "file/below");
    const problem = await problemOf(() => new OutputFolder(path, [], false));
    assert.equal(problem.code, "failed");
    assert.ok("message" in problem && problem.message.startsWith(`${path}: `), JSON.stringify(problem));
  });

  it("with a folder where a file should go says which", async () => {
    mkdirSync(join(dir, "taken/result.json"), { recursive: true });
    const folder = new OutputFolder(join(dir, "taken"), [], false);
    const problem = await problemOf(() => folder.json("result.json", {}));
    assert.ok(
      "message" in problem && problem.message.includes("taken/result.json: "),
      JSON.stringify(problem),
    );
    mkdirSync(join(dir, "taken/trace.ndjson"));
    assert.equal((await problemOf(() => folder.lines("trace.ndjson"))).code, "failed");
  });
});

describe("a file of lines", () => {
  const folder = new OutputFolder(join(dir, "lines"), [], false);

  it("has whole lines at any moment, and all of them at the end", () => {
    const lines = folder.lines("trace.ndjson");
    const written = Array.from({ length: 5000 }, (_, i) => JSON.stringify({ i, text: "ä".repeat(i % 40) }));
    let grown = 0;
    for (const [i, line] of written.entries()) {
      lines.write(line);
      if (i % 500 !== 0) continue;
      const text = textOf("lines/trace.ndjson");
      if (text === "") continue;
      grown++;
      assert.ok(text.endsWith("\n"));
      for (const one of text.trimEnd().split("\n")) JSON.parse(one);
    }
    lines.close();
    assert.ok(grown > 3, `it grew ${grown} times`);
    assert.equal(textOf("lines/trace.ndjson"), `${written.join("\n")}\n`);
  });

  it("without a line is empty, and begins anew where there was one", () => {
    writeFileSync(join(dir, "lines/again.ndjson"), "old\n");
    folder.lines("again.ndjson").close();
    assert.ok(existsSync(join(dir, "lines/again.ndjson")));
    assert.equal(textOf("lines/again.ndjson"), "");
  });
});

describe("a trace", () => {
  const events = (trace: Trace): string => {
    trace.event(5, "strike", { hotkey: "5A" });
    trace.logLine("main", '{"n":0}', "aa");
    return trace.digest();
  };
  const lines = (withLogs: boolean): string[] => {
    const written: string[] = [];
    events(new Trace({ write: (line) => void written.push(line) }, withLogs));
    return written;
  };

  it("has one hash of all events and of the hashes of all log lines, wherever they go", () => {
    const hash = sha256Hex('{"at_ms":5,"event":"strike","hotkey":"5A"}aa');
    assert.equal(events(new Trace(null, false)), hash);
    assert.equal(events(new Trace({ write: () => undefined }, true)), hash);
  });

  it("is written as NDJSON, with the lines of the logs where these are asked for", () => {
    const event = { at_ms: 5, event: "strike", hotkey: "5A" };
    const logged = { validator: "main", log: { n: 0, hash: "aa" } };
    assert.deepEqual(
      lines(false).map((line) => JSON.parse(line) as object),
      [event],
    );
    assert.deepEqual(
      lines(true).map((line) => JSON.parse(line) as object),
      [event, logged],
    );
  });
});
