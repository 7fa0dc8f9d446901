/** An endpoint as it may be shown: a path, a query and a user name can hold a key of its provider. */
export function endpointName(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** Names of all, each one once: those of one host are numbered. */
export function endpointNames(urls: readonly string[]): string[] {
  const names = urls.map(endpointName);
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name} #${before + 1}`;
  });
}
