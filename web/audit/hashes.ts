import { joined } from "../../src/audit/log/bytes.ts";
import type { Hashes } from "../../src/audit/log/platform.ts";
import { drawnWith } from "./drawnX.ts";
import { sha256Hex } from "./sha256.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Characters of one call; more would be too many arguments. */
const SPAN = 8192;

function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if ((bytes[at] as number) > 127) return false;
  return true;
}

/** Lines are ASCII unless someone forged them; and what browsers call Latin-1 is another encoding. */
function latin1(bytes: Uint8Array): string {
  if (isAscii(bytes)) return decoder.decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += SPAN)
    text += String.fromCharCode(...bytes.subarray(at, at + SPAN));
  return text;
}

/** The hashes of an audit in a page. */
export const pageHashes: Hashes = {
  sha256Hex: (...parts) => {
    const [first] = parts;
    if (parts.length === 1 && first instanceof Uint8Array) return sha256Hex(first);
    return sha256Hex(joined(parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part))));
  },
  latin1,
  drawn: drawnWith,
};
