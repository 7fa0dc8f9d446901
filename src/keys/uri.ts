import { blake2b, sr25519DeriveKeypairHard, sr25519DeriveKeypairSoft } from "@polkadot/wasm-crypto";
import { isDevelopmentUri } from "./developmentUri.ts";
import { cryptoReady, type Keypair, keypairOf, pairOfPhrase } from "./keypair.ts";

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
  if (/^\d{1,20}$/.test(junction) && BigInt(junction) <= U64_MAX) {
    new DataView(out.buffer).setBigUint64(0, BigInt(junction), true);
    return out;
  }
  const encoded = scaleText(junction);
  if (encoded.length > 32) return blake2b(encoded, new Uint8Array(), 32);
  out.set(encoded);
  return out;
}

/** The key pair of a development URI: `//` makes a hard junction, `/` a soft one, from the development phrase. */
export async function keypairOfUri(uri: string): Promise<Keypair> {
  if (!isDevelopmentUri(uri)) throw new RangeError(`development URI: ${uri}`);
  await cryptoReady();
  let pair = pairOfPhrase(DEVELOPMENT_PHRASE);
  for (const [, slashes, junction] of uri.matchAll(/(\/\/?)([^/]+)/g)) {
    const derive = slashes === "//" ? sr25519DeriveKeypairHard : sr25519DeriveKeypairSoft;
    pair = derive(pair, chainCode(junction ?? ""));
  }
  return keypairOf(pair);
}
