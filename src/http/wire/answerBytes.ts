import { AssayError } from "../../core/problems/assayError.ts";
import type { Answer } from "../../flow/lane.ts";

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes of standard base64, padded or not; null for anything else, spare bits included. */
export function decodeBase64(text: string): Buffer | null {
  if (!base64.test(text)) return null;
  const bytes = Buffer.from(text, "base64");
  const padded = bytes.toString("base64");
  return text === padded || text === padded.replace(/=+$/, "") ? bytes : null;
}

const refuse = (field: string, expected: string): never => {
  throw new AssayError({ code: "invalid_request", field, expected });
};

/** The one answer that a submission gives. Throws `invalid_request` for none, both, or what is not base64. */
export function readAnswer(body: { solution?: string; assignment_b64?: string }): Answer {
  const { solution, assignment_b64: bitset } = body;
  if (solution !== undefined && bitset !== undefined) {
    return refuse("/assignment_b64", "give either solution or assignment_b64, not both");
  }
  if (solution !== undefined) return { encoding: "text", bytes: Buffer.from(solution, "utf8") };
  if (bitset === undefined) return refuse("/solution", "give solution or assignment_b64");
  const bytes = decodeBase64(bitset);
  return bytes === null
    ? refuse("/assignment_b64", "must be standard base64")
    : { encoding: "bitset", bytes: new Uint8Array(bytes) };
}

/** A 32-byte key given as hex (`0x` or not) or base64url, as 64 hex digits. Throws `invalid_request`. */
export function readPublicKey(text: string): string {
  const hex = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(text)?.[1];
  if (hex !== undefined) return hex.toLowerCase();
  const bytes = /^[A-Za-z0-9_-]{43}=?$/.test(text) ? Buffer.from(text, "base64url") : Buffer.alloc(0);
  if (bytes.toString("base64url") === text.replace(/=$/, "") && bytes.length === 32)
    return bytes.toString("hex");
  return refuse("/ed25519_public_key", "must be 32 bytes as base64url or hex");
}
