/** A type as the tables write it: `u16`, `Compact<u64>`, `Vec<(AccountId32, u64)>`, `[u8; 32]`, `AxonInfo`. */
export type TypeExpression =
  | { readonly kind: "name"; readonly name: string; readonly parameters: readonly TypeExpression[] }
  | { readonly kind: "tuple"; readonly items: readonly TypeExpression[] }
  | { readonly kind: "array"; readonly item: TypeExpression; readonly length: number };

class TypeReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/\w+|[<>()[\],;]/g) ?? [];
  }

  read(): TypeExpression {
    const token = this.#next();
    if (token === "(") return { kind: "tuple", items: this.#list(")") };
    if (token === "[") return this.#array();
    const parameters = this.#tokens[this.#at] === "<" ? this.#parameters() : [];
    return { kind: "name", name: token, parameters };
  }

  end(): void {
    if (this.#at < this.#tokens.length)
      throw new Error(`a type goes on after its end: ${this.#tokens.join("")}`);
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error(`a type ends too early: ${this.#tokens.join("")}`);
    return token;
  }

  #array(): TypeExpression {
    const item = this.read();
    this.#next();
    const length = Number(this.#next());
    this.#next();
    return { kind: "array", item, length };
  }

  #parameters(): TypeExpression[] {
    this.#next();
    return this.#list(">");
  }

  #list(close: string): TypeExpression[] {
    const items: TypeExpression[] = [];
    while (this.#tokens[this.#at] !== close) {
      items.push(this.read());
      if (this.#tokens[this.#at] === ",") this.#at++;
    }
    this.#at++;
    return items;
  }
}

export function parseType(text: string): TypeExpression {
  const reader = new TypeReader(text);
  const expression = reader.read();
  reader.end();
  return expression;
}

/** One text per type, whatever the spaces. */
export function typeText(type: TypeExpression): string {
  if (type.kind === "tuple") return `(${type.items.map(typeText).join(",")})`;
  if (type.kind === "array") return `[${typeText(type.item)};${type.length}]`;
  const parameters = type.parameters.map(typeText).join(",");
  return parameters === "" ? type.name : `${type.name}<${parameters}>`;
}
