import { AssayError } from "../core/problems/assayError.ts";
import { withoutMark } from "./readText.ts";

/** Below the output length of SHA-256 the secret would be the weakest part of every id. */
const SECRET_MIN_BYTES = 32;
const LF = 0x0a;
const CR = 0x0d;

/** The secret in a file's content: neither a byte order mark nor one trailing newline is part of it. */
export function secretBytes(file: Uint8Array): Uint8Array {
  const content = withoutMark(file);
  let end = content.length;
  if (content[end - 1] === LF) end -= content[end - 2] === CR ? 2 : 1;
  return Uint8Array.from(content.subarray(0, end));
}

/** The same for a secret that guards something. Throws `secret_too_short` below 32 bytes. */
export function parseSecret(file: string, content: Uint8Array): Uint8Array {
  const secret = secretBytes(content);
  if (secret.length < SECRET_MIN_BYTES)
    throw new AssayError({ code: "secret_too_short", file, bytes: secret.length });
  return secret;
}
