/** A rate as policies write it, "20/500" or "0.04", as a number to draw with; null for any other text. */
export function rateNumber(text: string): number | null {
  const [num = "", den = "1", ...more] = text.split("/");
  const value = Number(num) / Number(den);
  return more.length === 0 && num.trim() !== "" && Number.isFinite(value) ? value : null;
}
