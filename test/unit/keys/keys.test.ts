import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it, test } from "node:test";
import { sr25519DerivePublicSoft, sr25519Verify } from "@polkadot/wasm-crypto";
import fc from "fast-check";
import {
  ed25519PublicKey,
  generatePrivateJwk,
  thumbprint,
  verifyDocument,
} from "../../../src/core/ed25519.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { decodeHotkey, encodeHotkey, parseHotkey } from "../../../src/core/ss58.ts";
import { isDevelopmentUri } from "../../../src/keys/developmentUri.ts";
import {
  loadOrMakeSigner,
  loadOrMakeToken,
  loadSecret,
  makeSecretIfMissing,
  writeIfMissing,
  writePrivate,
} from "../../../src/keys/files.ts";
import { newHotkeyFile, parseHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import { loadKeypair, loadOrMakeHotkey } from "../../../src/keys/loadKeypair.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { problemOf } from "../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

// The development account Alice, as every substrate tool knows it.
const alice = {
  ss58: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
  public: "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
  seed: "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a",
  ed25519Style:
    "98319d4ff8a9508c4bb0cf0b5a78d760a0b2082c02775e6e82370816fedfff48925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011",
  canonical:
    "33a6f3093f158a7109f679410bef1a0c54168145e0cecb4df006c1c2fffb1f09925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011",
};
const bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
const developmentPhrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

async function causeOf(work: () => unknown): Promise<string> {
  const problem = await problemOf(work);
  assert.equal(problem.code, "key_malformed");
  return "cause_text" in problem ? problem.cause_text : assert.fail("no cause");
}

describe("development URIs", () => {
  it("give the accounts that everybody knows", async () => {
    const hotkeys = ["//Alice", "//Bob", "//Alice//stash"].map(
      async (uri) => (await keypairOfUri(uri)).hotkey,
    );
    assert.deepEqual(await Promise.all(hotkeys), [
      alice.ss58,
      bob,
      "5GNJqTPyNqANBkUVMN1LPPrxXnFouWXoe2wNSmmEoLctxiZY",
    ]);
    assert.equal(Buffer.from((await keypairOfUri("//Alice")).publicKey).toString("hex"), alice.public);
  });

  it("with a soft junction give what the public key alone gives", async () => {
    const parent = await keypairOfUri("//Alice");
    const chainCode = Buffer.alloc(32);
    chainCode.write("\x10soft", "latin1");
    const child = await keypairOfUri("//Alice/soft");
    assert.deepEqual(
      Buffer.from(child.publicKey),
      Buffer.from(sr25519DerivePublicSoft(parent.publicKey, chainCode)),
    );
    const message = Buffer.from("signed by the child");
    assert.ok(sr25519Verify(child.sign(message), message, child.publicKey));
  });

  it("read a junction of digits as a u64, a longer number as text, and hash a long text", async () => {
    const soft = async (junction: string) => (await keypairOfUri(`//Alice/${junction}`)).publicKey;
    const of = async (code: Uint8Array) =>
      sr25519DerivePublicSoft((await keypairOfUri("//Alice")).publicKey, code);
    const most = Buffer.alloc(32);
    most.fill(0xff, 0, 8);
    assert.deepEqual(await soft("18446744073709551615"), await of(most));
    const text = Buffer.alloc(32);
    text.write("\x5018446744073709551616", "latin1");
    assert.deepEqual(await soft("18446744073709551616"), await of(text));
    const longest = Buffer.from(`\x7c${"a".repeat(31)}`, "latin1");
    assert.deepEqual(await soft("a".repeat(31)), await of(longest));
    assert.notDeepEqual(await soft("a".repeat(32)), await of(Buffer.from(`\x80${"a".repeat(31)}`, "latin1")));
  });

  it("are told from file names", async () => {
    for (const uri of ["//Alice", "//Alice//stash", "///Alice", "//", "//Alice/", "//Alice///password"])
      assert.ok(isDevelopmentUri(uri), uri);
    for (const file of ["Alice", "/Alice", "keys/x", ""]) assert.ok(!isDevelopmentUri(file), file);
  });

  it("are a validator's hotkey on the local chain only", async () => {
    assert.equal((await loadOrMakeHotkey("//Bob", "local")).hotkey, bob);
    assert.deepEqual(await problemOf(() => loadOrMakeHotkey("//Bob", "subtensor")), {
      code: "development_key",
      uri: "//Bob",
      chain: "subtensor",
    });
  });
});

describe("hotkey files", () => {
  const parse = (members: object) => parseHotkeyFile("k.json", JSON.stringify(members));
  const whole = { publicKey: `0x${alice.public}`, ss58Address: alice.ss58 };

  it("give the same pair for every form of the secret", async () => {
    const message = Buffer.from("any message");
    const forms = [
      { secretSeed: `0x${alice.seed}` },
      { secretSeed: alice.seed.toUpperCase() },
      { ...whole, secretSeed: `0x${alice.seed}`, secretPhrase: null, privateKey: null },
      { ...whole, privateKey: `0x${alice.ed25519Style}` },
      { ...whole, privateKey: `0x${alice.canonical}` },
      { ss58Address: alice.ss58, privateKey: alice.canonical },
      { publicKey: alice.public, privateKey: alice.ed25519Style },
      { accountId: `0x${alice.public}`, privateKey: alice.canonical },
      { accountId: alice.public, privateKey: `0x${alice.ed25519Style}`, publicKey: null, secretSeed: "" },
      { ...whole, accountId: `0x${alice.public}`, secretSeed: alice.seed, cryptoType: 1, other: [] },
    ];
    for (const form of forms) {
      const pair = await parse(form);
      assert.equal(pair.hotkey, alice.ss58, JSON.stringify(form));
      assert.ok(sr25519Verify(pair.sign(message), message, pair.publicKey));
    }
  });

  it("take a phrase, which goes before the other secrets", async () => {
    const { hotkey } = await parse({ secretPhrase: developmentPhrase });
    assert.equal(hotkey, "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV");
    assert.equal((await parse({ secretPhrase: developmentPhrase, secretSeed: alice.seed })).hotkey, hotkey);
  });

  it("whose secret and public key differ are refused", async () => {
    const other = { publicKey: Buffer.from(decodeHotkey(bob) ?? []).toString("hex") };
    assert.match(await causeOf(() => parse({ ...other, secretSeed: alice.seed })), /does not belong/);
    assert.match(await causeOf(() => parse({ ...other, privateKey: alice.canonical })), /does not belong/);
    assert.match(await causeOf(() => parse({ ss58Address: bob, secretSeed: alice.seed })), /does not belong/);
    for (const said of [{ ss58Address: bob }, { accountId: other.publicKey }])
      assert.match(
        await causeOf(() => parse({ ...whole, ...said, secretSeed: alice.seed })),
        /^publicKey and (ss58Address|accountId) are not the same key/,
      );
  });

  it("that are encrypted are told so", async () => {
    for (const start of ["$NACL", "$ANSIBLE_VAULT", "gAAAAA"])
      assert.deepEqual(await problemOf(() => parseHotkeyFile("k.json", `${start}…`)), {
        code: "key_encrypted",
        file: "k.json",
      });
  });

  it("that are malformed say where", async () => {
    const cases: [string, RegExp][] = [
      ["", /not JSON/],
      ["{", /not JSON/],
      ["null", /not a JSON object/],
      ["[]", /holds no secretPhrase/],
      ["7", /not a JSON object/],
      ["{}", /holds no secretPhrase/],
      [`{"secretSeed":7}`, /secretSeed is not text/],
      [`{"secretPhrase":"bottom drive"}`, /secretPhrase/],
      [`{"secretSeed":"0x${alice.seed.slice(2)}"}`, /secretSeed is not 32 bytes/],
      [`{"secretSeed":"0x${"zz".repeat(32)}"}`, /secretSeed is not 32 bytes/],
      [`{"publicKey":"0x00","secretSeed":"${alice.seed}"}`, /publicKey is not 32 bytes/],
      [`{"ss58Address":"5G","secretSeed":"${alice.seed}"}`, /ss58Address/],
      [`{"privateKey":"${alice.canonical}"}`, /privateKey with its publicKey, accountId or ss58Address/],
      [`{"accountId":"0x00","privateKey":"${alice.canonical}"}`, /accountId is not 32 bytes/],
      [`{"privateKey":7}`, /privateKey is not text/],
      [`{"publicKey":"${alice.public}","privateKey":"${"00".repeat(64)}"}`, /privateKey does not belong/],
      [`{"publicKey":"${"ff".repeat(32)}","privateKey":"${alice.canonical}"}`, /privateKey does not belong/],
    ];
    for (const [text, cause] of cases)
      assert.match(await causeOf(() => parseHotkeyFile("k.json", text)), cause, text);
  });

  it("that are made can be read in each of their forms", async () => {
    const { text, hotkey } = await newHotkeyFile();
    assert.equal((await parseHotkeyFile("k.json", text)).hotkey, hotkey);
    const { secretPhrase, secretSeed, ...rest } = JSON.parse(text) as Record<string, string>;
    assert.equal((await parse({ secretPhrase })).hotkey, hotkey);
    assert.equal((await parse({ secretSeed })).hotkey, hotkey);
    assert.equal((await parse(rest)).hotkey, hotkey);
    assert.equal(rest.ss58Address, hotkey);
    assert.equal(secretPhrase?.split(" ").length, 12);
  });

  it("are made once, mode 0600, and loaded afterwards", async () => {
    const file = join(dir, "deep/er/hotkey.json");
    const made = await loadOrMakeHotkey(file, "local");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal((await loadOrMakeHotkey(file, "subtensor")).hotkey, made.hotkey);
    assert.equal((await loadKeypair(file)).hotkey, made.hotkey);
    const missing = await problemOf(() => loadKeypair(join(dir, "none.json")));
    assert.equal(missing.code, "file_unreadable");
  });
});

describe("ss58", () => {
  it("of every public key can be read back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
        const text = encodeHotkey(key);
        assert.deepEqual(decodeHotkey(text), key);
        assert.equal(parseHotkey(text), text);
      }),
    );
  });

  it("with any character changed, dropped, doubled or swapped is refused", () => {
    const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl+/ \n\0é";
    for (const text of [alice.ss58, bob])
      for (let at = 0; at < text.length; at++) {
        const [before, letter, rest] = [text.slice(0, at), text[at] ?? "", text.slice(at + 1)];
        for (const other of alphabet)
          if (other !== letter) assert.equal(decodeHotkey(before + other + rest), null, `${at}: ${other}`);
        assert.equal(decodeHotkey(before + rest), null);
        assert.equal(decodeHotkey(before + letter + letter + rest), null);
        if (rest !== "" && rest[0] !== letter)
          assert.equal(decodeHotkey(before + rest[0] + letter + rest.slice(1)), null);
      }
  });

  it("of arbitrary text is null or reads back as exactly that text", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ minLength: 46, maxLength: 50 }),
      fc.base64String({ minLength: 48 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const key = decodeHotkey(text);
        if (key !== null) assert.equal(encodeHotkey(key), text);
      }),
    );
  });

  it("of another network, another length or a wrong checksum is refused", () => {
    // Alice on Polkadot (prefix 0) and on Kusama (prefix 2).
    for (const text of [
      "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5",
      "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F",
    ])
      assert.equal(decodeHotkey(text), null);
    assert.equal(decodeHotkey(""), null);
    assert.equal(decodeHotkey("5".repeat(100_000)), null);
    for (const length of [0, 31, 33]) assert.throws(() => encodeHotkey(new Uint8Array(length)), RangeError);
  });
});

describe("the publishing key", () => {
  it("is made once, mode 0600, and signs what its published half verifies", () => {
    const file = join(dir, "publishing.json");
    const signer = loadOrMakeSigner(file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(loadOrMakeSigner(file).kid, signer.kid);
    assert.equal(signer.kid, thumbprint(signer.jwk.x));
    const key = ed25519PublicKey(Buffer.from(signer.jwk.x, "base64url"));
    const document = { b: [1, "é"], a: null };
    const signature = signer.signDocument(document);
    assert.ok(verifyDocument({ ...{ a: null, b: [1, "é"] }, signature }, key));
    for (const changed of [{ ...document, a: 0 }, { ...document, c: 1 }, { b: document.b }])
      assert.ok(!verifyDocument({ ...changed, signature }, key));
    assert.ok(!verifyDocument({ ...document, signature: signature.slice(1) }, key));
    assert.ok(!("d" in signer.jwk));
  });

  it("that is malformed, or whose halves differ, is refused with its file", async () => {
    const [one, two] = [generatePrivateJwk(), generatePrivateJwk()];
    for (const text of ["", "{", "null", "{}", `{"kty":"OKP"}`, JSON.stringify({ ...one, x: two.x })]) {
      const file = join(dir, "bad.json");
      writeFileSync(file, text);
      const problem = await problemOf(() => loadOrMakeSigner(file));
      assert.deepEqual([problem.code, "file" in problem && problem.file], ["key_malformed", file], text);
      assert.equal(readFileSync(file, "utf8"), text);
    }
  });

  it("has the thumbprint that RFC 8037 gives for its example", () => {
    assert.equal(
      thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
      "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    );
  });
});

test("the operator token is made once, mode 0600, and a short one is refused", async () => {
  const file = join(dir, "admin.token");
  const token = loadOrMakeToken(file, systemRandom);
  assert.match(token, /^[\w-]{43}$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(loadOrMakeToken(file, systemRandom), token);
  writeFileSync(file, `${"t".repeat(16)}\n`);
  assert.equal(loadOrMakeToken(file, systemRandom), "t".repeat(16));
  writeFileSync(file, `${"t".repeat(15)}\n`);
  assert.match(await causeOf(() => loadOrMakeToken(file, systemRandom)), /16/);
});

test("a secret is made once, mode 0600; a missing one is said to be missing", async () => {
  const file = join(dir, "challenge.secret");
  assert.deepEqual(await problemOf(() => loadSecret(file)), { code: "secret_missing", file });
  makeSecretIfMissing(file, systemRandom);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const secret = loadSecret(file);
  makeSecretIfMissing(file, systemRandom);
  assert.deepEqual(loadSecret(file), secret);
  assert.equal(secret.length, 43);
});

test("a private file never replaces another", async () => {
  const file = join(dir, "there");
  writePrivate(file, "first");
  const problem = await problemOf(() => writePrivate(file, "second"));
  assert.deepEqual([problem.code, "file" in problem && problem.file], ["file_unreadable", file]);
  assert.equal(readFileSync(file, "utf8"), "first");
});

test("a missing file is made once: one that another process makes at the same moment stays, and other faults are told", async () => {
  const file = join(dir, "made-once");
  writeIfMissing(file, () => "first");
  writeIfMissing(file, () => assert.fail("it is there"));
  assert.equal(readFileSync(file, "utf8"), "first");
  const raced = join(dir, "raced");
  writeIfMissing(raced, () => {
    writePrivate(raced, "theirs");
    return "ours";
  });
  assert.equal(readFileSync(raced, "utf8"), "theirs");
  const problem = await problemOf(() => writeIfMissing(join(file, "below"), () => "x"));
  assert.equal(problem.code, "file_unreadable");
});
