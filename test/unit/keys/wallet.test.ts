import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newHotkeyFile, parseHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import { pairOfPhrase } from "../../../src/keys/keypair.ts";
import { DEFAULT_WALLETS, expandHome, walletFiles } from "../../../src/keys/wallet.ts";
import { problemOf } from "../../support/thrown.ts";

const alice = {
  ss58: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
  public: "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
  canonical:
    "0x33a6f3093f158a7109f679410bef1a0c54168145e0cecb4df006c1c2fffb1f09925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011",
};

describe("the files of a wallet's hotkey", () => {
  it("are where bittensor's tools keep them", () => {
    assert.deepEqual(walletFiles({ name: "w", hotkey: "h", path: DEFAULT_WALLETS }, "/home/op"), {
      hotkey: "/home/op/.bittensor/wallets/w/hotkeys/h",
      publicPart: "/home/op/.bittensor/wallets/w/hotkeys/hpub.txt",
    });
    const { hotkey } = walletFiles({ name: "my wallet", hotkey: "default", path: "/data/keys/" }, "/home/op");
    assert.equal(hotkey, "/data/keys/my wallet/hotkeys/default");
  });

  it("are never outside the folder of the wallets", async () => {
    for (const name of ["", ".", "..", "a/b", "/etc", "a\\b", "a\0b"])
      for (const names of [
        { name, hotkey: "h" },
        { name: "w", hotkey: name },
      ]) {
        const { code } = await problemOf(() => walletFiles({ ...names, path: "/keys" }, "/home/op"));
        assert.equal(code, "usage", JSON.stringify(names));
      }
  });

  it("are in the user's home only where ~ stands for it", () => {
    assert.equal(expandHome("~", "/home/op"), "/home/op");
    assert.equal(expandHome("~/x", "/home/op"), "/home/op/x");
    for (const path of ["~other/x", "/a/~/x", "x", "./~"]) assert.equal(expandHome(path, "/home/op"), path);
  });
});

describe("a hotkey file of bittensor's tools", () => {
  const parse = (members: object) => parseHotkeyFile("k", JSON.stringify(members));

  it("as the newest write it, with a private key and its kind alone, is read", async () => {
    const newest = { accountId: alice.public, publicKey: alice.public, ss58Address: alice.ss58 };
    const { hotkey } = await parse({ ...newest, privateKey: alice.canonical, cryptoType: 1 });
    assert.equal(hotkey, alice.ss58);
  });

  it("whose address has a blank before its name is read", async () => {
    const { hotkey } = await parse({ " ss58Address": alice.ss58, privateKey: alice.canonical });
    assert.equal(hotkey, alice.ss58);
  });

  it("that is encrypted is refused with the way to a plain one", async () => {
    for (const start of ["$NACL", "$ANSIBLE_VAULT;1.1;AES256\n", "gAAAAABk"])
      await assert.rejects(parseHotkeyFile("/w/hotkeys/h", `${start}0123`), {
        code: "key_encrypted",
        message:
          /^\/w\/hotkeys\/h is encrypted.*btcli wallet regen-hotkey .*--no-use-password.*assay keygen --wallet/,
      });
  });

  it("with a key of another kind is refused as such", async () => {
    const problem = await problemOf(() =>
      parse({ publicKey: alice.public, privateKey: alice.canonical, cryptoType: 0 }),
    );
    assert.equal(problem.code, "key_malformed");
    assert.match("cause_text" in problem ? (problem.cause_text ?? "") : "", /cryptoType is 0.*sr25519/);
  });

  it("that is made has the private key in the form that these tools read", async () => {
    for (let i = 0; i < 20; i++) {
      const { text, publicText, hotkey } = await newHotkeyFile();
      const key = JSON.parse(text) as { privateKey: string; secretPhrase: string };
      const canonical = Buffer.from(key.privateKey.slice(2), "hex");
      const pair = pairOfPhrase(key.secretPhrase);
      const scalar = (bytes: Uint8Array): bigint =>
        BigInt(`0x${Buffer.from(bytes.subarray(0, 32)).reverse().toString("hex")}`);
      assert.equal(scalar(canonical) * 8n, scalar(pair));
      assert.deepEqual(canonical.subarray(32), Buffer.from(pair.subarray(32, 64)));
      assert.equal((JSON.parse(publicText) as { ss58Address: string }).ss58Address, hotkey);
      assert.doesNotMatch(publicText, /secret|private/);
    }
  });
});
