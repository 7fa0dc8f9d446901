/**
 * PostgreSQL keeps no NUL in a text. In texts that people write it is stored as two characters, and so is the one that marks
 * it; every other text is stored as it is.
 */
const MARK = "\u0001";
const NUL = "\u0000";

export function withoutNul(text: string): string {
  if (!text.includes(NUL) && !text.includes(MARK)) return text;
  return text.replaceAll(MARK, `${MARK}1`).replaceAll(NUL, `${MARK}0`);
}

export function withNul(stored: string): string {
  if (!stored.includes(MARK)) return stored;
  return stored.replaceAll(`${MARK}0`, NUL).replaceAll(`${MARK}1`, MARK);
}
