/** Genesis hashes of the public networks that are known by name. */
const known: Readonly<Record<string, string>> = {
  finney: "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03",
  test: "0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105",
};

export const genesisNames: readonly string[] = Object.keys(known);

/** The hash (lower case, with 0x) of a name or a hash; null for anything else. */
export function genesisHash(text: string): string | null {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  return Object.hasOwn(known, text) ? (known[text] ?? null) : null;
}

/** The name of a known network, else the hash itself: what status, vectors and logs call the network. */
export function genesisName(hash: string): string {
  return genesisNames.find((name) => known[name] === hash) ?? hash;
}
