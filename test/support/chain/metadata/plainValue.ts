import { denormalizeLookup, getLookupCodecBuilder, type LookupEntry } from "@polkadot-api/metadata-builders";
import { AccountId, type V16 } from "@polkadot-api/substrate-bindings";
import { fromHex, toHex } from "polkadot-api/utils";

const accountId = AccountId(42);
const zeroAccount = accountId.dec(new Uint8Array(32));
const bigTypes: ReadonlySet<string> = new Set(["u64", "u128", "u256", "i64", "i128", "i256"]);

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numeral(value: unknown): number | bigint | string {
  return typeof value === "bigint" || typeof value === "number" || typeof value === "string" ? value : 0;
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return typeof value === "string" ? fromHex(value) : new Uint8Array();
}

function accountOf(value: unknown): string {
  if (typeof value !== "string") return zeroAccount;
  return value.startsWith("0x") ? accountId.dec(fromHex(value)) : value;
}

function primitive(name: string, value: unknown): unknown {
  if (name === "bool") return value === true;
  if (name === "str" || name === "char") return typeof value === "string" ? value : "";
  return bigTypes.has(name) ? BigInt(numeral(value)) : Number(numeral(value));
}

function isByte(entry: LookupEntry): boolean {
  return entry.type === "primitive" && entry.value === "u8";
}

type EnumEntry = Extract<LookupEntry, { type: "enum" }>;

function variantValue(entry: EnumEntry, value: unknown): unknown {
  const type = isMembers(value) && typeof value.type === "string" ? value.type : Object.keys(entry.value)[0];
  const inner = type === undefined ? undefined : entry.value[type];
  if (type === undefined || inner === undefined) throw new Error(`no variant ${type}`);
  const plain = isMembers(value) ? value.value : undefined;
  if (inner.type === "void") return { type, value: undefined };
  if (inner.type === "lookupEntry") return { type, value: codecValue(inner.value, plain) };
  return { type, value: codecValue({ ...inner, id: -1 }, plain) };
}

/**
 * A value as the codec of its type wants it, from a plain one: numbers become big where the type is, bytes and accounts may be
 * hex, and whatever is left out is zero, empty or the first variant. So values written for one runtime fit the next.
 */
export function codecValue(entry: LookupEntry, value: unknown): unknown {
  switch (entry.type) {
    case "void":
      return undefined;
    case "primitive":
      return primitive(entry.value, value);
    case "compact":
      return entry.isBig ? BigInt(numeral(value)) : Number(numeral(value));
    case "AccountId32":
      return accountOf(value);
    case "sequence":
      if (isByte(entry.value)) return bytesOf(value);
      return listOf(value).map((item) => codecValue(entry.value, item));
    case "array": {
      if (isByte(entry.value))
        return typeof value === "string"
          ? value
          : toHex(value instanceof Uint8Array ? value : new Uint8Array(entry.len));
      const items = listOf(value);
      return Array.from({ length: entry.len }, (_, at) => codecValue(entry.value, items[at]));
    }
    case "tuple": {
      const items = listOf(value);
      return entry.value.map((item, at) => codecValue(item, items[at]));
    }
    case "struct": {
      const members = isMembers(value) ? value : {};
      return Object.fromEntries(
        Object.entries(entry.value).map(([key, field]) => [key, codecValue(field, members[key])]),
      );
    }
    case "option":
      return value === undefined || value === null ? undefined : codecValue(entry.value, value);
    case "result": {
      const members = isMembers(value) ? value : {};
      const success = members.success === true;
      return { success, value: codecValue(success ? entry.value.ok : entry.value.ko, members.value) };
    }
    case "enum":
      return variantValue(entry, value);
    default:
      throw new Error(`no plain value of a ${entry.type}`);
  }
}

/** The bytes of a plain value of a type, as hex. */
export function encodeValue(rows: V16["lookup"], type: number, value: unknown): string {
  const lookup = denormalizeLookup(rows);
  const codec = getLookupCodecBuilder(lookup, accountId)(type);
  return toHex(codec.enc(codecValue(lookup(type), value)));
}
