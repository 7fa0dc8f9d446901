import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { bip39ToEntropy } from "@polkadot/wasm-crypto";
import { shownUri } from "../../../src/keys/developmentUri.ts";
import { parseHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import { cryptoReady, keypairOf, pairOfSeed } from "../../../src/keys/keypair.ts";
import { loadKeypair, loadOrMakeHotkey } from "../../../src/keys/loadKeypair.ts";
import { mnemonicOf, parseSuri, SURI_MAX } from "../../../src/keys/suri.ts";
import { keypairOfText, keypairOfUri } from "../../../src/keys/uri.ts";
import { problemOf } from "../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

const phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Substrate's derivation of a mini secret, by another implementation than the one under test. */
async function byPassword(password: string): Promise<string> {
  await cryptoReady();
  const seed = pbkdf2Sync(bip39ToEntropy(phrase), `mnemonic${password}`, 2048, 32, "sha512");
  return keypairOf(pairOfSeed(seed)).hotkey;
}

describe("a key URI", () => {
  it("may end in a password, also an empty one and one with slashes", async () => {
    assert.equal((await keypairOfUri("///pw")).hotkey, await byPassword("pw"));
    assert.equal((await keypairOfUri("////pw/x")).hotkey, await byPassword("/pw/x"));
    assert.equal((await keypairOfUri("///")).hotkey, await byPassword(""));
    assert.equal((await keypairOfUri("//Alice///")).hotkey, (await keypairOfUri("//Alice")).hotkey);
    const other = (await keypairOfUri("//Alice///pw")).hotkey;
    assert.notEqual(other, (await keypairOfUri("//Alice")).hotkey);
    assert.equal((await keypairOfText("f", `${phrase}//Alice///pw`)).hotkey, other);
  });

  it("has the soft and hard keys that substrate's own tests name", async () => {
    const soft = await keypairOfText("f", `${phrase}/Alice`);
    assert.equal(hex(soft.publicKey), "d6c71059dbbe9ad2b0ed3f289738b800836eb425544ce694825285b958ca755e");
    const hard = await keypairOfText("f", `${phrase}//Alice`);
    assert.equal(hex(hard.publicKey), "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
  });

  it("that is incomplete is an error, never a file, and its password is not shown", async () => {
    for (const uri of ["//", "//Alice/", "//Alice//", "//Alice//x/", `//${"a".repeat(SURI_MAX)}`])
      for (const load of [keypairOfUri, loadKeypair, (text: string) => loadOrMakeHotkey(text, "local")]) {
        const problem = await problemOf(() => load(uri));
        assert.equal(problem.code, "key_malformed", uri);
        if (uri !== "//") assert.equal(existsSync(uri), false);
      }
    await keypairOfUri(`//${"a".repeat(SURI_MAX - 2)}`);
    assert.equal(shownUri("//Alice///secret"), "//Alice///...");
    assert.equal(shownUri("//Alice//x"), "//Alice//x");
    const problem = await problemOf(() => loadOrMakeHotkey("//Alice///secret", "subtensor"));
    assert.ok(!JSON.stringify(problem).includes("secret"));
  });

  it("is split as substrate splits it", () => {
    assert.deepEqual(parseSuri("a b//hard/soft//1///p/w"), {
      phrase: "a b",
      junctions: [
        { kind: "hard", code: "hard" },
        { kind: "soft", code: "soft" },
        { kind: "hard", code: "1" },
      ],
      password: "p/w",
    });
    assert.equal(parseSuri("//a b")?.junctions[0]?.code, "a b");
  });
});

describe("a mnemonic", () => {
  it("is read whatever its spaces and case, with or without a byte order mark and CRLF", async () => {
    const { hotkey } = await keypairOfText("f", phrase);
    const odd = `  ${phrase.toUpperCase().replaceAll(" ", " \t ")}\r\n`;
    assert.equal(mnemonicOf(odd), phrase);
    const texts = [odd, `\uFEFF${phrase}\r\n`, JSON.stringify({ secretPhrase: odd })];
    for (const [i, text] of [
      ...texts,
      `\uFEFF${JSON.stringify({ secretPhrase: phrase }, null, 2)}`,
    ].entries()) {
      const file = join(dir, `odd-${i}`);
      writeFileSync(file, text.replaceAll("\n", "\r\n"));
      assert.equal((await loadKeypair(file)).hotkey, hotkey, text);
    }
  });

  it("in the place of a file's name is refused, and not repeated", async () => {
    const seed = `0x${"ab".repeat(32)}`;
    for (const text of [phrase, `${phrase}//Alice///pw`, phrase.toUpperCase(), seed, `${seed}/x`])
      for (const load of [loadKeypair, (source: string) => loadKeypair(` ${source}`)]) {
        const problem = await problemOf(() => load(text));
        assert.equal(problem.code, "key_malformed");
        assert.ok(!/bottom|abab|BOTTOM/.test(JSON.stringify(problem)));
      }
    const file = await problemOf(() => loadKeypair(phrase.split(" ").slice(1).join(" ")));
    assert.equal(file.code, "file_unreadable", "eleven words are none");
  });

  it("or seed in a file is read with its derivation, and refused where it is no key", async () => {
    const seed = `0x${hex(Buffer.alloc(32, 7))}`;
    const plain = await keypairOfText("f", seed);
    assert.equal((await parseHotkeyFile("f", `${seed}\n`)).hotkey, plain.hotkey);
    assert.notEqual((await parseHotkeyFile("f", `${seed}//1`)).hotkey, plain.hotkey);
    for (const text of [`${seed}///pw`, "0x12", `${phrase} walk`, "bottom drive obey", "//Alice"])
      assert.equal((await problemOf(() => keypairOfText("f", text))).code, "key_malformed", text);
  });

  it("in UTF-16 is said to be that", async () => {
    const file = join(dir, "utf16");
    writeFileSync(file, Buffer.from(`\uFEFF${phrase}`, "utf16le"));
    const problem = await problemOf(() => loadKeypair(file));
    assert.ok(problem.code === "file_unreadable" && problem.cause_text.includes("UTF-16"));
  });
});
