import fc from "fast-check";
import type { Chance } from "./chance.ts";
import type { Schema } from "./operations.ts";

/** A document of the routes has thousands of names, and a page of ids the same ones again. */
const longestLesson = 4096;

/** Values seen in answers, by the name of their member: what ids, hotkeys and cursors can be. */
export class Known {
  readonly #values = new Map<string, string[]>();
  readonly #most = 256;
  readonly #shared: Known | null;
  /** Values that are never learned. */
  readonly secrets = new Set<string>();

  /** `shared`: where a name is looked up that is not known here. */
  constructor(shared: Known | null = null) {
    this.#shared = shared;
  }

  learn(name: string, value: string): void {
    const values = this.#values.get(name) ?? [];
    if (this.secrets.has(value) || this.#shared?.secrets.has(value)) return;
    if (values.length < this.#most && !values.includes(value)) values.push(value);
    this.#values.set(name, values);
  }

  /** Learns from the text of an answer, unless it is long: what names it has is known by then. */
  learnFromText(text: string): void {
    if (text.length <= longestLesson) this.learnFrom(JSON.parse(text));
  }

  /** Learns every text and number of a JSON value. */
  learnFrom(value: unknown, name = ""): void {
    if (Array.isArray(value)) for (const item of value.slice(0, 8)) this.learnFrom(item, name);
    else if (typeof value === "object" && value !== null)
      for (const [key, member] of Object.entries(value)) this.learnFrom(member, key);
    else if (typeof value === "string" || typeof value === "number") this.learn(name, String(value));
  }

  /** A value of a member whose name is this, or ends in it. */
  of(name: string, chance: Chance): string | null {
    const names = [...this.#values.keys()].filter((key) => key === name || key.endsWith(`_${name}`));
    const shared = names.length === 0 || chance.one(0.4) ? this.#shared?.of(name, chance) : null;
    if (shared) return shared;
    return names.length === 0 ? null : chance.of(this.#values.get(chance.of(names)) ?? []);
  }
}

const byPattern = new Map<string, string[]>();

/** A text that a pattern matches; each pattern's are made once. */
function matching(pattern: string, chance: Chance): string {
  let texts = byPattern.get(pattern);
  if (texts === undefined) {
    texts = fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 64, seed: 1 });
    byPattern.set(pattern, texts);
  }
  return chance.of(texts);
}

const words = "abcdefghij klmnop-qrstuvwxyz_0123456789.:/";

function text({ minLength = 0, maxLength = 64 }: Schema, chance: Chance): string {
  const length = chance.one(0.1) ? maxLength : Math.min(maxLength, minLength + chance.below(24));
  return Array.from({ length }, () => words[chance.below(words.length)]).join("");
}

function integer({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema, chance: Chance): number {
  const near = [minimum, minimum + 1, maximum, maximum - 1, minimum + chance.below(10)];
  return chance.one(0.7)
    ? chance.of(near)
    : minimum + chance.below(Math.min(maximum - minimum + 1, 1_000_000));
}

function object(schema: Schema, known: Known, chance: Chance): object {
  const { properties = {}, required = [], additionalProperties } = schema;
  const entries = Object.entries(properties)
    .filter(([name]) => required.includes(name) || chance.one(0.5))
    .map(([name, member]) => [name, valueFor(member, name, known, chance)]);
  const more = typeof additionalProperties === "object" ? chance.of([1, 1, 1, 0, 2, 3]) : 0;
  for (let n = 0; n < more; n++) {
    const name = n === 0 && chance.one(0.8) ? "x" : `k${n}`;
    entries.push([name, valueFor(additionalProperties as Schema, name, known, chance)]);
  }
  return Object.fromEntries(entries) as object;
}

/** A value that a schema allows: one seen before where there is one by that name, at times. */
export function valueFor(schema: Schema, name: string, known: Known, chance: Chance): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return chance.of(schema.enum);
  if (schema.anyOf !== undefined) return valueFor(chance.of(schema.anyOf), name, known, chance);
  const seen = chance.one(0.8) ? known.of(name, chance) : null;
  switch (schema.type) {
    case "string":
      return seen ?? (schema.pattern === undefined ? text(schema, chance) : matching(schema.pattern, chance));
    case "integer":
    case "number":
      return seen !== null && Number.isSafeInteger(Number(seen)) ? Number(seen) : integer(schema, chance);
    case "boolean":
      return chance.one(0.5);
    case "array":
      return Array.from({ length: chance.below(4) }, () => valueFor(schema.items ?? {}, name, known, chance));
    case "object":
      return object(schema, known, chance);
    default:
      return oddValue(chance);
  }
}

/** A value of any type, at the edges of what JSON and its readers can do. */
export function oddValue(chance: Chance): unknown {
  const deep = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
  const makers: readonly (() => unknown)[] = [
    () => null,
    () => chance.one(0.5),
    () => chance.of([0, -0, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 63), 1e21, 5e-324, 1.7e308]),
    () => chance.of(["", " ", "0", "-1", "null", "__proto__", "constructor", "\u0000", "\ud800", "\ufeff"]),
    () => chance.of(["../../etc/passwd", "%00", "#{7*7}", "'; DROP TABLE submissions; --", "\r\nX: y"]),
    () => chance.bytes(chance.length(300)).toString("latin1"),
    () => "9".repeat(chance.length(5000)),
    () => "é".repeat(chance.length(2000)),
    () => Array.from({ length: chance.length(400) }, () => chance.below(10)),
    () => ({}),
    () => ({ [chance.of(["toString", "length", "", "a", "code"])]: chance.below(9) }),
    () => deep(1 + chance.below(40)),
  ];
  return chance.of(makers)();
}
