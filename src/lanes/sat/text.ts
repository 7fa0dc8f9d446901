// Whitespace, line ends and integers as the Python checker of this ecosystem reads them, so that both give an answer the
// same verdict.

/** `str.isspace` of a UTF-16 unit. */
export function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  return (code >= 0x2000 && code <= 0x200a) || wideSpaces.has(code);
}

const wideSpaces = new Set([0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]);

/** The characters at which `str.splitlines` splits. */
function isLineEnd(code: number): boolean {
  if (code <= 0x1e) return (code >= 0x0a && code <= 0x0d) || code >= 0x1c;
  return code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** The trimmed lines that are not blank. */
export function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    let to = from;
    while (to < text.length && !isLineEnd(text.charCodeAt(to))) to++;
    const next = to + 1;
    while (from < to && isSpace(text.charCodeAt(from))) from++;
    while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
    if (from < to) yield text.slice(from, to);
    from = next;
  }
}

/** The words between whitespace, from `start` on. */
export function* wordsOf(line: string, start: number): Generator<string> {
  for (let from = start; from < line.length; from++) {
    if (isSpace(line.charCodeAt(from))) continue;
    let to = from + 1;
    while (to < line.length && !isSpace(line.charCodeAt(to))) to++;
    yield line.slice(from, to);
    from = to;
  }
}

const plainInteger = /^[+-]?\d{1,9}$/;
const anyInteger = /^[+-]?\p{Nd}+(?:_\p{Nd}+)*$/u;
const digit = /^\p{Nd}$/u;
/** Python refuses to convert longer texts. */
const DIGITS_MAX = 4300;
/** A literal with more digits is out of every range, so its value is cut to 10^15. */
const SIGNIFICANT_MAX = 15;

/** The value 0..9 of a decimal digit of any script: each script has its ten digits in order. */
function digitValue(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  let before = 0;
  while (digit.test(String.fromCodePoint(code - before - 1))) before++;
  return before % 10;
}

/** `int(word)` of a word without whitespace; null where Python raises. Integers beyond 15 digits come out as 10^15. */
export function parseInteger(word: string): number | null {
  if (plainInteger.test(word)) return Number(word);
  if (!anyInteger.test(word)) return null;
  const digits = [...word.replace(/[+_-]/g, "")];
  if (digits.length > DIGITS_MAX) return null;
  const significant = digits.map(digitValue).join("").replace(/^0+/, "");
  const size = significant.length > SIGNIFICANT_MAX ? 10 ** SIGNIFICANT_MAX : Number(significant);
  return word.startsWith("-") ? -size : size;
}
