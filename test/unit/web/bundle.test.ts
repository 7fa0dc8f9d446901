import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { readPageFiles } from "../../../src/http/page/pageFiles.ts";
import { buildPage } from "../../../web/build.ts";

const parent = await mkdtemp(join(tmpdir(), "assay-web-"));
after(() => rm(parent, { recursive: true }));
const folder = join(parent, "web");
const built = await buildPage(folder);
const files = readPageFiles(pathToFileURL(`${folder}/`)) ?? assert.fail("the build is not complete");
const index = files.index.plain.toString();

test("all of the page together has at most 120 kB compressed", () => {
  assert.ok(built.reduce((sum, { br }) => sum + br, 0) <= 120_000);
});

test("every asset has a hash in its name, and the manifest and the server agree on them", () => {
  const names = built.map(({ name }) => name).filter((name) => name !== "index.html");
  for (const name of names) assert.match(name, /-[A-Z0-9]{8}\.(js|css)$/);
  assert.deepEqual([...files.assets.keys()].sort(), names.sort());
});

test("the page names its files relatively, and has nothing that its policy forbids", () => {
  const urls = [...index.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url ?? "");
  const names = urls.filter((url) => !url.startsWith("data:"));
  assert.equal(names.length, 2);
  for (const name of names) assert.ok(files.assets.has(name.replace(/^assets\//, "")), name);
  assert.doesNotMatch(index, /<style|style=|<script(?![^>]*\bsrc=)|\son\w+=/);
});

test("no script asks another server, builds code from text, or writes HTML from text", () => {
  for (const [name, { plain }] of files.assets) {
    const text = plain.toString();
    assert.doesNotMatch(text, /\beval\(|new Function\(|importScripts\(/, name);
    const others = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([url]) => url);
    // The name of a namespace, which nothing is fetched from.
    assert.deepEqual(
      others.filter((url) => url !== "http://www.w3.org"),
      [],
      name,
    );
  }
});

test("the same sources make the same files", async () => {
  const again = await buildPage(join(parent, "again"));
  assert.deepEqual(again, built);
});
