/** Everything that a program wrote or answered, in one place, to be searched for what it must never say. */
export class Said {
  readonly #parts: { readonly where: string; readonly bytes: Buffer }[] = [];

  add(where: string, text: string | Buffer): void {
    this.#parts.push({ where, bytes: Buffer.isBuffer(text) ? text : Buffer.from(text) });
  }

  get bytes(): number {
    return this.#parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Where a secret was said: its name, the form it had, and the place. */
  found(secrets: readonly Secret[]): string[] {
    return secrets.flatMap((secret) =>
      Object.entries(formsOf(secret)).flatMap(([form, needle]) =>
        this.#parts
          .filter(({ bytes }) => bytes.includes(needle))
          .map(({ where }) => `${secret.name} as ${form} in ${where}`),
      ),
    );
  }
}

export interface Secret {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A secret that is text, such as a token. */
export const secretText = (name: string, text: string): Secret => ({ name, bytes: Buffer.from(text) });

/** A secret that is written in hex, such as a seed. */
export const secretHex = (name: string, hex: string): Secret => ({
  name,
  bytes: Buffer.from(hex.replace(/^0x/, ""), "hex"),
});

/** The ways in which bytes get into a text. */
function formsOf({ bytes }: Secret): Record<string, Buffer> {
  const hex = bytes.toString("hex");
  return {
    bytes,
    hex: Buffer.from(hex),
    "upper-case hex": Buffer.from(hex.toUpperCase()),
    base64: Buffer.from(bytes.toString("base64").replace(/=+$/, "")),
    base64url: Buffer.from(bytes.toString("base64url")),
    "JSON bytes": Buffer.from([...bytes].join(",")),
  };
}
