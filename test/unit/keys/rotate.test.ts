import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { generatePrivateJwk, makeSigner } from "../../../src/core/ed25519.ts";
import { loadOrMakeSigner } from "../../../src/keys/files.ts";
import { KEYS_MAX, readRetired, refuseRetired } from "../../../src/keys/retired.ts";
import { type PublishingFiles, rotatePublishing } from "../../../src/keys/rotate.ts";
import { problemOf } from "../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

let folders = 0;
let files: PublishingFiles;
beforeEach(() => {
  const at = (name: string) => join(dir, String(folders), name);
  files = { publishing: at("publishing.json"), retired: at("retired.json"), next: at("next.json") };
  folders++;
});

const idOf = (file: string): string => makeSigner(JSON.parse(readFileSync(file, "utf8"))).kid;

describe("a rotation of the publishing key", () => {
  it("replaces the key, and keeps the old public half with its dates", async () => {
    const first = loadOrMakeSigner(files.publishing);
    const one = await rotatePublishing(files, 1000);
    const second = loadOrMakeSigner(files.publishing);
    assert.deepEqual(one, { retired: first.kid, current: second.kid, at: 1000 });
    assert.equal(second.jwk.assay_from, 1000);
    await rotatePublishing(files, 2000);
    assert.deepEqual(readRetired(files.retired), [
      { ...second.jwk, assay_from: 1000, assay_until: 2000 },
      { ...first.jwk, assay_until: 1000 },
    ]);
    assert.equal(loadOrMakeSigner(files.publishing).jwk.assay_from, 2000);
    for (const file of [files.publishing, files.retired]) assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(!readFileSync(files.retired, "utf8").includes('"d"'), "no private half");
    assert.equal(existsSync(files.next), false);
    refuseRetired(files.publishing, loadOrMakeSigner(files.publishing).kid, files.retired);
  });

  it("that was interrupted is finished by the next one, at each step", async () => {
    const first = loadOrMakeSigner(files.publishing);
    // After the first step: the new key was written, and never used.
    writeFileSync(files.next, JSON.stringify(generatePrivateJwk()));
    const { current } = await rotatePublishing(files, 1000);
    assert.equal(idOf(files.publishing), current);
    // After the second step: the old key is on the list, and still in its place.
    renameSync(files.publishing, files.next);
    const [old] = readRetired(files.retired);
    assert.equal(old?.kid, first.kid);
    writeFileSync(files.publishing, JSON.stringify(generatePrivateJwk()));
    const other = loadOrMakeSigner(files.publishing);
    writeFileSync(files.retired, JSON.stringify({ keys: [{ ...other.jwk, assay_until: 1500 }] }));
    assert.deepEqual(await rotatePublishing(files, 9000), { retired: other.kid, current, at: 1500 });
    assert.equal(idOf(files.publishing), current);
    assert.equal(existsSync(files.next), false);
  });

  it("is refused where it is unclear, and changes nothing", async () => {
    const missing = await problemOf(() => rotatePublishing(files, 1));
    assert.equal(missing.code, "file_unreadable");
    assert.equal(existsSync(files.publishing), false);
    const first = loadOrMakeSigner(files.publishing);
    const before = readFileSync(files.publishing, "utf8");
    await rotatePublishing(files, 1000);
    const newer = readFileSync(files.publishing, "utf8");
    writeFileSync(files.publishing, before);
    assert.deepEqual(await problemOf(() => rotatePublishing(files, 2000)), {
      ...{ code: "key_retired", file: files.publishing },
      ...{ key_id: first.kid, list: files.retired },
    });
    assert.equal(readFileSync(files.publishing, "utf8"), before);
    writeFileSync(files.publishing, newer);
    const early = await problemOf(() => rotatePublishing(files, 999));
    assert.ok(early.code === "failed" && early.message.includes("set the clock"));
    writeFileSync(files.retired, "{");
    assert.equal((await problemOf(() => rotatePublishing(files, 3000))).code, "key_malformed");
    assert.equal(readFileSync(files.publishing, "utf8"), newer);
  });

  it("keeps no more keys than an auditor reads", async () => {
    const current = loadOrMakeSigner(files.publishing);
    const keys = (count: number) =>
      Array.from({ length: count }, () => ({ ...makeSigner(generatePrivateJwk()).jwk, assay_until: 1 }));
    writeFileSync(files.retired, JSON.stringify({ keys: keys(KEYS_MAX - 1) }));
    assert.equal((await problemOf(() => rotatePublishing(files, 10))).code, "failed");
    assert.equal(idOf(files.publishing), current.kid);
    writeFileSync(files.retired, JSON.stringify({ keys: keys(KEYS_MAX - 2) }));
    await rotatePublishing(files, 10);
    assert.equal(readRetired(files.retired).length, KEYS_MAX - 1);
  });
});

describe("the list of retired keys", () => {
  it("is empty where there is none, and names what is wrong with it", async () => {
    assert.deepEqual(readRetired(join(dir, "none.json")), []);
    const { jwk } = makeSigner(generatePrivateJwk());
    const bad = [
      "",
      "null",
      "[]",
      "{}",
      JSON.stringify({ keys: [jwk] }),
      JSON.stringify({ keys: [{ ...jwk, assay_until: -1 }] }),
      JSON.stringify({ keys: [{ ...jwk, assay_until: 1, assay_from: "x" }] }),
      JSON.stringify({ keys: [{ ...jwk, x: "short", assay_until: 1 }] }),
    ];
    const file = join(dir, "list.json");
    for (const text of bad) {
      writeFileSync(file, text);
      assert.equal((await problemOf(() => readRetired(file))).code, "key_malformed", text);
    }
    writeFileSync(file, `\uFEFF${JSON.stringify({ keys: [{ ...jwk, assay_until: 1, kid: "other" }] })}\r\n`);
    assert.deepEqual(readRetired(file), [{ ...jwk, assay_until: 1 }], "ids are computed");
  });

  it("makes a start with a key on it fail", async () => {
    const signer = loadOrMakeSigner(files.publishing);
    writeFileSync(files.retired, JSON.stringify({ keys: [{ ...signer.jwk, assay_until: 1 }] }));
    const problem = await problemOf(() => refuseRetired(files.publishing, signer.kid, files.retired));
    assert.equal(problem.code, "key_retired");
  });
});
