/** A key as substrate's tools write it: `PHRASE//hard/soft///password`, the phrase a mnemonic or the hex of a seed. */
export interface Suri {
  /** Empty for the development phrase. */
  readonly phrase: string;
  readonly junctions: readonly Junction[];
  /** Null without one, which is the same as an empty one. */
  readonly password: string | null;
}

export interface Junction {
  readonly kind: "hard" | "soft";
  readonly code: string;
}

/** A longer text is a mistake; a mnemonic of 24 words takes 215 characters. */
export const SURI_MAX = 1024;

const form = /^([^/]*)((?:\/\/?[^/]+)*)(?:\/\/\/(.*))?$/s;
const seed = /^0x[0-9a-f]{64}$/i;

/** Splits a text into its parts; null when it has another form. */
export function parseSuri(text: string): Suri | null {
  const [, phrase, path, password] = (text.length <= SURI_MAX ? form.exec(text) : null) ?? [];
  if (phrase === undefined || path === undefined) return null;
  const junctions = [...path.matchAll(/(\/\/?)([^/]+)/g)].map(([, slashes, code = ""]) => ({
    kind: slashes === "//" ? ("hard" as const) : ("soft" as const),
    code,
  }));
  return { phrase: phrase.trim(), junctions, password: password ?? null };
}

export function isSeed(phrase: string): boolean {
  return seed.test(phrase);
}

/** The mnemonic in the one form that its checksum is made of: lower case, single spaces. */
export function mnemonicOf(text: string): string {
  return text.normalize("NFKD").toLowerCase().trim().split(/\s+/).join(" ");
}

/** Whether a text is itself a secret where the name of a file or a URI was expected: a seed, or twelve words or more. */
export function isSecretText(text: string): boolean {
  const [phrase = ""] = text.split("/", 1);
  const words = mnemonicOf(phrase);
  return isSeed(phrase.trim()) || (/^[a-z ]+$/.test(words) && words.split(" ").length >= 12);
}
