import { z } from "zod";
import { AssayError } from "../../../core/problems/assayError.ts";
import { encodeHotkey, parseHotkey } from "../../../core/ss58.ts";
import { entryFault, isEntryFault } from "../connect/entryFault.ts";
import type { NodeApi } from "../connect/nodeApi.ts";

/** A number that fits: integers of more than 32 bits arrive as bigint. */
export const integer = z
  .union([z.number(), z.bigint()])
  .transform(Number)
  .refine(Number.isSafeInteger, "must be an integer below 2^53");

/** Of 64 or 128 bits, kept exactly. */
export const big = z.union([z.number().int(), z.bigint()]).transform(BigInt);

/** An account as the library gives it, in the chain's own prefix, or its bytes. */
export const account = z.union([
  z.string().refine((text) => parseHotkey(text) !== null, "must be an ss58 address with prefix 42"),
  z
    .instanceof(Uint8Array)
    .refine((bytes) => bytes.length === 32)
    .transform((bytes) => encodeHotkey(bytes)),
]);

/** Bytes as hex with 0x; the library gives those of fixed length as hex already. */
export const hexBytes = z.union([
  z.string().regex(/^0x([0-9a-fA-F]{2})*$/, "must be hex with 0x"),
  z.instanceof(Uint8Array).transform((bytes) => `0x${Buffer.from(bytes).toString("hex")}`),
]);

/** What an entry holds, as the schema has it. Throws `chain_entry_missing` naming the entry and the place in it. */
export function checked<T>(entry: string, schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place =
    issue === undefined || issue.path.length === 0 ? "" : ` (at ${issue.path.map(String).join(".")})`;
  throw new AssayError({ code: "chain_entry_missing", entry, cause_text: `${issue?.message}${place}` });
}

async function naming<T>(entry: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw entryFault(entry, error);
  }
}

/** A checked storage value; what is not stored reads as its default. */
export async function stored<T>(
  api: NodeApi,
  at: string,
  [pallet, name]: readonly [string, string],
  keys: readonly unknown[],
  schema: z.ZodType<T>,
): Promise<T> {
  const entry = `${pallet}.${name}`;
  return checked(entry, schema, await naming(entry, api.storage(pallet, name, keys, at)));
}

/** The checked answer of a runtime call. */
export async function called<T>(
  api: NodeApi,
  at: string,
  [runtimeApi, method]: readonly [string, string],
  args: readonly unknown[],
  schema: z.ZodType<T>,
): Promise<T> {
  const entry = `${runtimeApi}.${method}`;
  return checked(entry, schema, await naming(entry, api.call(runtimeApi, method, args, at)));
}

/** The same, and a value in its place where the runtime does not have the entry. */
export async function storedOr<T>(
  fallback: T,
  api: NodeApi,
  at: string,
  place: readonly [string, string],
  keys: readonly unknown[],
  schema: z.ZodType<T>,
): Promise<T> {
  try {
    return await stored(api, at, place, keys, schema);
  } catch (error) {
    if (isEntryFault(error)) return fallback;
    throw error;
  }
}

/** A checked constant of the runtime, and a value in its place where it does not have that one. */
export async function constantOr<T>(
  fallback: T,
  api: NodeApi,
  [pallet, name]: readonly [string, string],
  schema: z.ZodType<T>,
): Promise<T> {
  const entry = `${pallet}.${name}`;
  try {
    return checked(entry, schema, await naming(entry, api.constant(pallet, name)));
  } catch (error) {
    if (isEntryFault(error)) return fallback;
    throw error;
  }
}
