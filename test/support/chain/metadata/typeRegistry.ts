import type { V16 } from "@polkadot-api/substrate-bindings";
import type { FieldRows, TypeRow, VariantRows } from "./tableRows.ts";
import { parseType, type TypeExpression, typeText } from "./typeExpression.ts";

type LookupRow = V16["lookup"][number];
type Definition = LookupRow["def"];
type FieldDefinition = Extract<Definition, { tag: "composite" }>["value"][number];
type VariantDefinition = Extract<Definition, { tag: "variant" }>["value"][number];
type PrimitiveName = Extract<Definition, { tag: "primitive" }>["value"]["tag"];

const primitives: ReadonlySet<string> = new Set([
  ...["bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "u256"],
  ...["i8", "i16", "i32", "i64", "i128", "i256"],
]);

function isPrimitive(name: string): name is PrimitiveName {
  return primitives.has(name);
}

const nameless = ["T", "E"] as const;

/** Numbers the types of a metadata as they are asked for; a type asked for twice has one number. */
export class TypeRegistry {
  readonly rows: LookupRow[] = [];
  readonly #ids = new Map<string, number>();
  readonly #named: Readonly<Record<string, TypeRow>>;

  constructor(named: Readonly<Record<string, TypeRow>>) {
    this.#named = named;
  }

  idOf(text: string): number {
    return this.#idOf(parseType(text));
  }

  #idOf(type: TypeExpression): number {
    const key = typeText(type);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const row: LookupRow = {
      id: this.rows.length,
      path: [],
      params: [],
      def: { tag: "tuple", value: [] },
      docs: [],
    };
    this.rows.push(row);
    this.#ids.set(key, row.id);
    Object.assign(row, this.#describe(type));
    return row.id;
  }

  #describe(type: TypeExpression): Pick<LookupRow, "def"> & Partial<LookupRow> {
    if (type.kind === "tuple")
      return { def: { tag: "tuple", value: type.items.map((item) => this.#idOf(item)) } };
    if (type.kind === "array")
      return { def: { tag: "array", value: { len: type.length, type: this.#idOf(type.item) } } };
    const [first, second] = type.parameters.map((parameter) => this.#idOf(parameter));
    if (isPrimitive(type.name))
      return { def: { tag: "primitive", value: { tag: type.name, value: undefined } } };
    if (first === undefined) return this.#describeNamed(type.name);
    if (type.name === "Vec") return { def: { tag: "sequence", value: first } };
    if (type.name === "Compact") return { def: { tag: "compact", value: first } };
    if (type.name === "Option") return generic("Option", [first], ["None", "Some"], [null, first]);
    if (type.name === "Result" && second !== undefined)
      return generic("Result", [first, second], ["Ok", "Err"], [first, second]);
    throw new Error(`no such type: ${typeText(type)}`);
  }

  #describeNamed(name: string): Pick<LookupRow, "def"> & Partial<LookupRow> {
    const row = this.#named[name];
    if (row === undefined) throw new Error(`the tables have no type ${name}`);
    const def: Definition =
      "fields" in row
        ? { tag: "composite", value: this.#fields(row.fields) }
        : { tag: "variant", value: this.#variants(row.variants) };
    return { path: [...row.path], def };
  }

  #fields(rows: FieldRows): FieldDefinition[] {
    const named: readonly (readonly [string | undefined, string])[] = isList(rows)
      ? rows.map((type) => [undefined, type])
      : Object.entries(rows);
    return named.map(([name, type]) => ({ name, type: this.idOf(type), typeName: undefined, docs: [] }));
  }

  #variants(rows: VariantRows): VariantDefinition[] {
    return Object.entries(rows).map(([name, [index, fields]]) => ({
      name,
      index,
      fields: this.#fields(fields ?? []),
      docs: [],
    }));
  }
}

function isList(rows: FieldRows): rows is readonly string[] {
  return Array.isArray(rows);
}

function generic(
  path: string,
  parameters: readonly number[],
  names: readonly string[],
  types: readonly (number | null)[],
): Pick<LookupRow, "def"> & Partial<LookupRow> {
  const value = names.map((name, index) => {
    const type = types[index] ?? null;
    const fields = type === null ? [] : [{ name: undefined, type, typeName: undefined, docs: [] }];
    return { name, index, fields, docs: [] };
  });
  const params = parameters.map((type, index) => ({ name: nameless[index] ?? "T", type }));
  return { path: [path], params, def: { tag: "variant", value } };
}
