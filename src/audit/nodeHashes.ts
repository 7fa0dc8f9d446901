import { createSecretKey, hash } from "node:crypto";
import { sha256Hex } from "../core/hash.ts";
import { drawX64 } from "../sample/draw.ts";
import type { Hashes } from "./log/platform.ts";

/** The hashes of an audit by Node's. */
export const nodeHashes: Hashes = {
  // One call where there is one part: a log has a line per part.
  sha256Hex: (first, ...rest) =>
    first !== undefined && rest.length === 0 ? hash("sha256", first, "hex") : sha256Hex(first ?? "", ...rest),
  latin1: ({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString("latin1"),
  drawn: (key) => {
    const secret = createSecretKey(key);
    return (lane, hotkey, workId) => drawX64(secret, lane, hotkey, workId);
  },
};
