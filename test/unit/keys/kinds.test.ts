import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { generatePrivateJwk } from "../../../src/core/ed25519.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { exposedMode } from "../../../src/keys/exposed.ts";
import { loadOrMakeSigner, loadOrMakeToken, loadSecret, writePrivate } from "../../../src/keys/files.ts";
import { problemOf } from "../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));
const file = join(dir, "key");

test("a publishing key of another kind is malformed, and its kind is named", async () => {
  const jwk = (key: { export(options: { format: "jwk" }): object }) => key.export({ format: "jwk" });
  const kinds: [object, RegExp][] = [
    [jwk(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey), /kind EC P-256/],
    [jwk(generateKeyPairSync("ed448").privateKey), /kind OKP Ed448/],
    [jwk(generateKeyPairSync("x25519").privateKey), /kind OKP X25519/],
    [jwk(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey), /kind RSA/],
    [{}, /kind unknown/],
    [{ ...generatePrivateJwk(), assay_from: "today" }, /assay_from/],
    [{ ...generatePrivateJwk(), d: "short" }, /./],
  ];
  for (const [key, cause] of kinds) {
    writeFileSync(file, JSON.stringify(key));
    const problem = await problemOf(() => loadOrMakeSigner(file));
    assert.ok(problem.code === "key_malformed" && cause.test(problem.cause_text), JSON.stringify(problem));
  }
});

test("every key file is read alike with a byte order mark and CRLF", () => {
  const jwk = generatePrivateJwk();
  writeFileSync(file, `\uFEFF${JSON.stringify(jwk, null, 2).replaceAll("\n", "\r\n")}\r\n`);
  assert.equal(loadOrMakeSigner(file).jwk.x, jwk.x);
  const secret = "s".repeat(32);
  writeFileSync(file, `\uFEFF${secret}\r\n`);
  assert.equal(Buffer.from(loadSecret(file)).toString(), secret);
  assert.equal(loadOrMakeToken(file, systemRandom), secret);
});

test("a file that others can read is told by its mode", () => {
  for (const [mode, shown] of [
    [0o600, null],
    [0o400, null],
    [0o700, null],
    [0o640, "0640"],
    [0o604, "0604"],
    [0o644, "0644"],
  ] as const) {
    chmodSync(file, mode);
    assert.equal(exposedMode(file), shown);
  }
  chmodSync(file, 0o600);
  assert.equal(exposedMode(join(dir, "none")), null);
});

test("a key file and its folders are made for their owner alone", () => {
  const made = join(dir, "a/b/key");
  writePrivate(made, "x");
  assert.equal(statSync(made).mode & 0o777, 0o600);
  for (const folder of [dirname(made), dirname(dirname(made))])
    assert.equal(statSync(folder).mode & 0o777, 0o700);
});
