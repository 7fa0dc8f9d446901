import {
  bip39ToMiniSecret,
  bip39Validate,
  blake2b,
  sr25519DeriveKeypairHard,
  sr25519DeriveKeypairSoft,
} from "@polkadot/wasm-crypto";
import { AssayError } from "../core/problems/assayError.ts";
import { isDevelopmentUri, shownUri } from "./developmentUri.ts";
import { cryptoReady, type Keypair, keypairOf, pairOfSeed } from "./keypair.ts";
import { isSeed, type Junction, mnemonicOf, parseSuri, SURI_MAX, type Suri } from "./suri.ts";

/** The phrase behind every substrate development account; public knowledge. */
const DEVELOPMENT_PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

/** SCALE compact length of at most 2^14 - 1, then the bytes. */
function scaleText(text: string): Uint8Array {
  const bytes = Buffer.from(text, "utf8");
  const length =
    bytes.length < 64 ? [bytes.length << 2] : [((bytes.length << 2) & 0xff) | 1, (bytes.length >> 6) & 0xff];
  return Uint8Array.of(...length, ...bytes);
}

const U64_MAX = 2n ** 64n - 1n;

/** The 32-byte chain code of a junction: a number as u64 little-endian, else SCALE text, hashed when longer. */
function chainCode(junction: string): Uint8Array {
  const out = new Uint8Array(32);
  if (/^\+?\d{1,64}$/.test(junction) && BigInt(junction.replace("+", "")) <= U64_MAX) {
    new DataView(out.buffer).setBigUint64(0, BigInt(junction.replace("+", "")), true);
    return out;
  }
  const encoded = scaleText(junction);
  if (encoded.length > 32) return blake2b(encoded, new Uint8Array(), 32);
  out.set(encoded);
  return out;
}

function derived(pair: Uint8Array, { kind, code }: Junction): Uint8Array {
  return (kind === "hard" ? sr25519DeriveKeypairHard : sr25519DeriveKeypairSoft)(pair, chainCode(code));
}

/** The pair before its junctions; `fail` throws. */
function rootOf({ phrase, password }: Suri, fail: (cause: string) => never): Uint8Array {
  if (isSeed(phrase)) {
    if (password !== null) fail("a seed in hex takes no password; only a mnemonic does");
    return pairOfSeed(Buffer.from(phrase.slice(2), "hex"));
  }
  const words = mnemonicOf(phrase);
  if (!bip39Validate(words)) fail("it is not a valid mnemonic: 12 to 24 English words with a checksum");
  return pairOfSeed(bip39ToMiniSecret(words, password ?? ""));
}

/** The key pair of a development URI: `//` makes a hard junction, `/` a soft one, `///` begins a password. Throws `key_malformed`. */
export async function keypairOfUri(uri: string): Promise<Keypair> {
  const shown = shownUri(uri);
  const remedy =
    "Write //hard, /soft and ///password after each other, such as //Alice or //Alice/1///pw; the path of a file has one slash at its start";
  const fail = (cause_text: string): never => {
    throw new AssayError({ code: "key_malformed", file: shown, cause_text, remedy: `${remedy}.` });
  };
  const suri = isDevelopmentUri(uri) ? parseSuri(uri) : null;
  if (suri === null)
    return fail(
      `what starts with // is a key URI, and this one has an empty junction or over ${SURI_MAX} characters`,
    );
  await cryptoReady();
  const root = rootOf({ ...suri, phrase: DEVELOPMENT_PHRASE }, fail);
  return keypairOf(suri.junctions.reduce(derived, root));
}

/** The key pair of a file's text: a mnemonic or a seed in hex, with junctions and a password as in a URI. Throws `key_malformed`. */
export async function keypairOfText(file: string, text: string): Promise<Keypair> {
  const fail = (cause_text: string): never => {
    throw new AssayError({ code: "key_malformed", file, cause_text });
  };
  const suri = parseSuri(text.trim());
  if (suri === null || suri.phrase === "")
    return fail("it holds neither a JSON object nor a mnemonic nor a seed in hex");
  await cryptoReady();
  return keypairOf(suri.junctions.reduce(derived, rootOf(suri, fail)));
}
