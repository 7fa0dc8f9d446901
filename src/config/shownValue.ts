type Tree = Record<string, unknown>;

export const HIDDEN = "(hidden)";

/** Keys whose text is itself a secret. */
const secretKey = /secret|token|passw|passphrase|mnemonic|seed|private|credential|authorization/i;
/** Names of files and numbers are not. */
const harmlessKey = /_file(?:_previous)?$|_max$|^per_token$/;
const address = /[a-z][a-z0-9+.-]*:\/\/[^\s"',]*/gi;

/** Scheme, host and port alone: a user, a password, a path or a query may hold a secret of the service's provider. */
function shownAddress(text: string): string {
  if (!URL.canParse(text)) return HIDDEN;
  const { protocol, host, username, password, pathname, search, hash } = new URL(text);
  const database = /^postgres(?:ql)?:$/.test(protocol) ? pathname : "";
  const isWhole = username === "" && password === "" && search === "" && hash === "";
  const rest = isWhole && ["", "/", database].includes(pathname) ? "" : ` ${HIDDEN}`;
  return `${protocol}//${host}${database}${rest}`;
}

/** A value of the configuration as the operator may see it on a page: secrets are hidden, files are named and never read. */
export function shownValue(key: string, value: unknown): unknown {
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (secretKey.test(key) && !harmlessKey.test(key)) return HIDDEN;
  if (typeof value === "string") return value.replaceAll(address, shownAddress);
  if (Array.isArray(value)) return value.map((item) => shownValue(key, item));
  return Object.fromEntries(
    Object.entries(value as Tree).map(([name, member]) => [name, shownValue(name, member)]),
  );
}
