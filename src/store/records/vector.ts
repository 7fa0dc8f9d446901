import type { SignedVector, UnsignedVector } from "../../flow/weights.ts";
import { json, jsonText, type Row, text } from "./rows.ts";

const vectorMembers = ["version", "epoch", "weights"] as const;

export const unsignedOf = (row: Row): UnsignedVector => json<UnsignedVector>(row, "intent", vectorMembers);

/** Null without a row or a signature. */
export function signedOf(row: Row | undefined): SignedVector | null {
  if (row === undefined || row.signature === null) return null;
  return { ...unsignedOf(row), signature: text(row, "signature") };
}

/** The JSON text of a signed vector, as it was written. */
export function vectorTextOf(row: Row | undefined): string | null {
  if (row === undefined || row.signature === null) return null;
  return `${jsonText(row, "intent").slice(0, -1)},"signature":${JSON.stringify(text(row, "signature"))}}`;
}
