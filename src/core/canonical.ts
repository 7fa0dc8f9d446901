import canonicalize from "canonicalize";

/** RFC 8785 canonical JSON. Throws on values without a JSON form (undefined, NaN, lone surrogates). */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("canonical JSON: the value has no JSON form");
  return text;
}
