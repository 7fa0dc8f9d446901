import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { decodeHotkey } from "../../../src/core/ss58.ts";
import { parseHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import { batch, type Printed } from "../../support/cli/printed.ts";
import { removeDir, runAssay, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

const keygen = (...args: string[]): string[] => ["keygen", "--wallet-path", dir, ...args, "--json"];
const codeOf = ({ stdout }: Printed): string =>
  (JSON.parse(stdout) as { error: { code: string } }).error.code;

test("keygen --wallet writes a hotkey where bittensor's tools look for it, as they write it", async () => {
  const [printed = assert.fail()] = await batch(keygen("--wallet", "validator"));
  const file = join(dir, "validator/hotkeys/default");
  const { hotkey, ...rest } = JSON.parse(printed.stdout) as { hotkey: string };
  assert.deepEqual([printed.code, printed.stderr], [0, ""]);
  assert.deepEqual(rest, { kind: "hotkey", file, public_file: `${file}pub.txt` });
  assert.deepEqual(readdirSync(join(dir, "validator/hotkeys")).sort(), ["default", "defaultpub.txt"]);
  for (const one of [file, `${file}pub.txt`]) assert.equal(statSync(one).mode & 0o777, 0o600);
  assert.equal(statSync(join(dir, "validator/hotkeys")).mode & 0o777, 0o700);

  const text = readFileSync(file, "utf8");
  assert.equal((await parseHotkeyFile(file, text)).hotkey, hotkey);
  const key = JSON.parse(text) as Record<string, string>;
  const publicKey = `0x${Buffer.from(decodeHotkey(hotkey) ?? []).toString("hex")}`;
  assert.deepEqual(
    Object.keys(key).sort(),
    ["accountId", "privateKey", "publicKey", "secretPhrase", "secretSeed", "ss58Address"],
    "all of them text: older tools read nothing else",
  );
  assert.match(key.privateKey ?? "", /^0x[0-9a-f]{128}$/);
  const open = JSON.parse(readFileSync(`${file}pub.txt`, "utf8")) as object;
  assert.deepEqual(open, { accountId: publicKey, publicKey, ss58Address: hotkey });
});

test("keygen --wallet never replaces a key, nor puts one beside the public file of another", async () => {
  const folder = join(dir, "w/hotkeys");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "taken"), "a key");
  writeFileSync(join(folder, "halfpub.txt"), "its address");
  const printed = await batch(
    keygen("--wallet", "w", "--hotkey", "taken"),
    keygen("--wallet", "w", "--hotkey", "half"),
    keygen("--wallet", "w", "--hotkey", "free"),
    keygen("--wallet", "w", "--hotkey", "free"),
  );
  assert.deepEqual(
    printed.map(({ code }) => code),
    [1, 1, 0, 1],
  );
  for (const at of [0, 1, 3]) assert.equal(codeOf(printed[at] ?? assert.fail()), "file_unreadable");
  assert.equal(readFileSync(join(folder, "taken"), "utf8"), "a key");
  assert.deepEqual(readdirSync(folder).sort(), ["free", "freepub.txt", "halfpub.txt", "taken"]);
});

test("keygen --wallet refuses names that are no names, and options that contradict it", async () => {
  const wrong = [
    keygen("--wallet", "../elsewhere"),
    keygen("--wallet", ".."),
    keygen("--wallet", ""),
    keygen("--wallet", "w", "--hotkey", "a/b"),
    keygen("--wallet", "w", "--out", join(dir, "x")),
    keygen("--wallet", "w", "--secret"),
    keygen("--wallet", "w", "--kind", "publishing"),
    keygen("--hotkey", "x"),
    keygen(),
  ];
  for (const one of await batch(...wrong))
    assert.deepEqual([one.code, codeOf(one)], [2, "usage"], one.stdout);
});

test("keygen --wallet says on one line what it wrote, in the user's wallets, and nothing of the secret", async () => {
  const { code, stdout } = await runAssay(["keygen", "--wallet", "said", "--hotkey", "h"], { HOME: dir });
  assert.equal(code, 0);
  const file = join(dir, ".bittensor/wallets/said/hotkeys/h");
  assert.ok(stdout.startsWith(`wrote ${file}  hotkey 5`), stdout);
  assert.match(stdout, /hotkey 5\w{47}\n$/);
  assert.ok(statSync(`${file}pub.txt`).isFile());
});
