import { bip39Generate, bip39ToMiniSecret, bip39Validate, sr25519Verify } from "@polkadot/wasm-crypto";
import { AssayError } from "../core/problems/assayError.ts";
import { decodeHotkey } from "../core/ss58.ts";
import { cryptoReady, type Keypair, keypairOf, pairOfPhrase, pairOfSeed } from "./keypair.ts";
import { mnemonicOf } from "./suri.ts";
import { keypairOfText } from "./uri.ts";

/** The members of a bittensor hotkey file that are read; every one is optional there, and there may be others. */
interface HotkeyFile {
  readonly accountId?: string;
  readonly publicKey?: string;
  readonly privateKey?: string;
  readonly secretPhrase?: string;
  readonly secretSeed?: string;
  readonly ss58Address?: string;
}

const members = [
  ...["accountId", "publicKey", "privateKey", "secretPhrase", "secretSeed", "ss58Address"],
] as const satisfies readonly (keyof HotkeyFile)[];

const SR25519 = 1;
const encryptedStarts = ["$NACL", "$ANSIBLE_VAULT", "gAAAAA"];
const probe = Buffer.from("assay: does this secret belong to its public key?");

function malformed(file: string, cause: string): AssayError {
  return new AssayError({ code: "key_malformed", file, cause_text: cause });
}

function hex(file: string, name: string, text: string, bytes: number): Uint8Array {
  const digits = text.replace(/^0x/, "");
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length !== bytes * 2)
    throw malformed(file, `${name} is not ${bytes} bytes of hex`);
  return Buffer.from(digits, "hex");
}

/** Multiplies the little-endian scalar by 8: from the canonical to the ed25519-style encoding. */
function timesEight(secret: Uint8Array): Uint8Array {
  const out = Uint8Array.from(secret);
  for (let i = 31; i >= 0; i--)
    out[i] = (((secret[i] ?? 0) << 3) | ((i > 0 ? (secret[i - 1] ?? 0) : 0) >> 5)) & 0xff;
  return out;
}

/** Divides it by 8: back to the canonical encoding, which bittensor's tools write and read. */
function eighth(secret: Uint8Array): Uint8Array {
  const out = Uint8Array.from(secret);
  for (let i = 0; i < 32; i++)
    out[i] = ((secret[i] ?? 0) >> 3) | ((i < 31 ? (secret[i + 1] ?? 0) << 5 : 0) & 0xff);
  return out;
}

/** The file's 64-byte key has two encodings in the wild; the one that signs for the public key is right. */
function pairOfPrivateKey(file: string, secret: Uint8Array, publicKey: Uint8Array): Uint8Array {
  for (const candidate of [secret, timesEight(secret)]) {
    const pair = Uint8Array.of(...candidate, ...publicKey);
    try {
      if (sr25519Verify(keypairOf(pair).sign(probe), probe, publicKey)) return pair;
    } catch {
      // Not a secret in this encoding.
    }
  }
  throw malformed(file, "privateKey does not belong to publicKey");
}

/** What the file says the public key is: once, twice or three times, and then the same; null when it does not. */
function publicKeyOf(file: string, { publicKey, accountId, ss58Address }: HotkeyFile): Uint8Array | null {
  const said: (readonly [name: string, bytes: Uint8Array])[] = [];
  if (publicKey) said.push(["publicKey", hex(file, "publicKey", publicKey, 32)]);
  if (accountId) said.push(["accountId", hex(file, "accountId", accountId, 32)]);
  const address = ss58Address ? decodeHotkey(ss58Address) : null;
  if (ss58Address && address === null) throw malformed(file, "ss58Address is not an address with prefix 42");
  if (address !== null) said.push(["ss58Address", address]);
  const [first] = said;
  const other = said.find(([, bytes]) => Buffer.compare(bytes, first?.[1] ?? bytes) !== 0);
  if (first !== undefined && other !== undefined)
    throw malformed(file, `${first[0]} and ${other[0]} are not the same key`);
  return first?.[1] ?? null;
}

function pairOf(file: string, key: HotkeyFile, publicKey: Uint8Array | null): Uint8Array {
  if (key.secretPhrase) {
    const phrase = mnemonicOf(key.secretPhrase);
    if (!bip39Validate(phrase)) throw malformed(file, "secretPhrase is not a valid mnemonic");
    return pairOfPhrase(phrase);
  }
  if (key.secretSeed) return pairOfSeed(hex(file, "secretSeed", key.secretSeed, 32));
  if (key.privateKey && publicKey)
    return pairOfPrivateKey(file, hex(file, "privateKey", key.privateKey, 64), publicKey);
  throw malformed(
    file,
    "it holds no secretPhrase, no secretSeed and no privateKey with its publicKey, accountId or ss58Address",
  );
}

/** Newer tools note the kind of the key: 1 for sr25519. Requests and extrinsics of hotkeys are signed with that alone. */
function refuseOtherCurves(file: string, cryptoType: unknown): void {
  if (typeof cryptoType !== "number" || cryptoType === SR25519) return;
  throw new AssayError({
    ...{ code: "key_malformed", file },
    cause_text: `its cryptoType is ${cryptoType}, and a hotkey must be of type 1 (sr25519)`,
    remedy: "Name the file of an sr25519 hotkey, or make one with `assay keygen --wallet NAME`.",
  });
}

function parseJson(file: string, text: string): HotkeyFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(file, "it is not JSON");
  }
  if (typeof value !== "object" || value === null) throw malformed(file, "it is not a JSON object");
  const document = value as Readonly<Record<string, unknown>>;
  refuseOtherCurves(file, document.cryptoType);
  const given = members.flatMap((name) => {
    // Some old files have a blank before the name of the address.
    const member = document[name] ?? document[` ${name}`] ?? null;
    if (member !== null && typeof member !== "string") throw malformed(file, `${name} is not text`);
    return member === null ? [] : [[name, member] as const];
  });
  return Object.fromEntries(given) as HotkeyFile;
}

/** Whether a file holds a mnemonic or a seed as it is, rather than a JSON document. */
function isPlainText(text: string): boolean {
  return /^\s*(0x[0-9a-f]|[a-z]+\s+[a-z]+\s)/i.test(text);
}

/** Reads a bittensor hotkey file, or one with a mnemonic or a seed as text; throws `key_encrypted` or `key_malformed` naming the file. */
export async function parseHotkeyFile(file: string, text: string): Promise<Keypair> {
  if (encryptedStarts.some((start) => text.startsWith(start)))
    throw new AssayError({ code: "key_encrypted", file });
  if (isPlainText(text)) return keypairOfText(file, text);
  await cryptoReady();
  const key = parseJson(file, text);
  const publicKey = publicKeyOf(file, key);
  const keypair = keypairOf(pairOf(file, key, publicKey));
  if (publicKey !== null && Buffer.compare(publicKey, keypair.publicKey) !== 0)
    throw malformed(file, "the secret does not belong to the public key");
  return keypair;
}

/** A fresh hotkey in the two files that bittensor's tools keep of one. */
export interface NewHotkey {
  /** The file with the secret. */
  readonly text: string;
  /** The file beside it, which can be shown to anyone. */
  readonly publicText: string;
  readonly hotkey: string;
}

/** The text of a fresh hotkey's files, as bittensor tools write them. Without cryptoType, which older ones cannot read. */
export async function newHotkeyFile(): Promise<NewHotkey> {
  await cryptoReady();
  const phrase = bip39Generate(12);
  const pair = pairOfPhrase(phrase);
  const { hotkey, publicKey } = keypairOf(pair);
  const publicHex = `0x${Buffer.from(publicKey).toString("hex")}`;
  const open = { accountId: publicHex, publicKey: publicHex, ss58Address: hotkey };
  const document = {
    ...open,
    privateKey: `0x${Buffer.from(eighth(pair.subarray(0, 64))).toString("hex")}`,
    secretPhrase: phrase,
    secretSeed: `0x${Buffer.from(bip39ToMiniSecret(phrase, "")).toString("hex")}`,
  };
  return { text: `${JSON.stringify(document)}\n`, publicText: `${JSON.stringify(open)}\n`, hotkey };
}
