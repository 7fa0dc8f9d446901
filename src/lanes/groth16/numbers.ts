/** Order of the groups: public signals are below it. */
export const R_TEXT = "21888242871839275222246405745257275088548364400416034343698204186575808495617";
/** Order of the base field: coordinates are below it. */
export const P_TEXT = "21888242871839275222246405745257275088696311157297823662689037894645226208583";
export const R = BigInt(R_TEXT);

// At most 78 digits, as 2^256 has, so that no large text is made into a BigInt.
const canonicalPattern = /^(?:0|[1-9][0-9]{0,77})$/;

export type NumberFault = "proof_malformed" | "proof_number_not_canonical" | "proof_number_out_of_range";

/** Whether a text is a canonical decimal number: no sign, no leading zero, at most 78 digits. */
export function isCanonical(text: string): boolean {
  return canonicalPattern.test(text);
}

/** Whether a canonical number is below another: of the same length they compare as texts. */
export function isBelow(text: string, bound: string): boolean {
  return text.length < bound.length || (text.length === bound.length && text < bound);
}

/** The fault of a value that should be a number below the bound; null without one. */
export function numberFault(value: unknown, bound: string): NumberFault | null {
  if (typeof value !== "string") return "proof_malformed";
  if (!isCanonical(value)) return "proof_number_not_canonical";
  return isBelow(value, bound) ? null : "proof_number_out_of_range";
}
