/** Deeper levels of a log line are left out. */
const deepest = 6;
const longestText = 4096;
const longestList = 100;

const secretLike =
  /secret|token|private|passw|passphrase|mnemonic|seed|authorization|cookie|signature|credential|^d$|^k$|revealed/i;
/** Names of files and counts are not secret. */
const harmless = /(?:_file|File|_path|Path|_count|_total|_bytes)$/;

function ofError(error: Error, depth: number): object {
  const { name, message, stack, cause } = error;
  const code = "code" in error ? { code: error.code } : {};
  return {
    name,
    message,
    ...code,
    stack,
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  };
}

function ofObject(value: object, depth: number): object {
  const entries = Object.entries(value).slice(0, longestList);
  return Object.fromEntries(
    entries.map(([key, member]) => [
      key,
      secretLike.test(key) && !harmless.test(key) ? "[redacted]" : redact(member, depth + 1),
    ]),
  );
}

/** A copy for a log: secret-like members hidden at any depth, bytes as their count, everything bounded. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") {
    return value.length > longestText ? `${value.slice(0, longestText)}[${value.length} characters]` : value;
  }
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= deepest) return "[deeper]";
  if (value instanceof Error) return ofError(value, depth);
  if (Array.isArray(value)) return value.slice(0, longestList).map((item) => redact(item, depth + 1));
  return ofObject(value, depth);
}
