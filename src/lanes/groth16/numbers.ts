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

const decimalPattern = /^\s*\+?0*(0|[1-9][0-9]{0,77})\s*$/;
const hexPattern = /^\s*0[xX]0*([0-9a-fA-F]{1,64})\s*$/;

/** The canonical text of a value that states a natural number beyond doubt, in whatever form; else null. */
function naturalOf(value: string | number): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
  if (isCanonical(value)) return value;
  const decimal = decimalPattern.exec(value)?.[1];
  if (decimal !== undefined) return decimal;
  const hex = hexPattern.exec(value)?.[1];
  return hex === undefined ? null : BigInt(`0x${hex}`).toString();
}

/** A number below the bound as canonical text; `fault` where the value is none. */
export type ReadNumber = { readonly text: string } | { readonly fault: NumberFault };

export function readNumber(value: unknown, bound: string): ReadNumber {
  if (typeof value !== "string" && typeof value !== "number") return { fault: "proof_malformed" };
  const text = naturalOf(value);
  if (text === null)
    return { fault: typeof value === "number" ? "proof_malformed" : "proof_number_not_canonical" };
  return isBelow(text, bound) ? { text } : { fault: "proof_number_out_of_range" };
}

/** Numbers in order, or the first fault. */
export function readNumbers(values: readonly unknown[], bound: string): readonly string[] | NumberFault {
  const texts: string[] = [];
  for (const value of values) {
    const read = readNumber(value, bound);
    if ("fault" in read) return read.fault;
    texts.push(read.text);
  }
  return texts;
}
