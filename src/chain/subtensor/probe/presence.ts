import { decAnyMetadata, type UnifiedMetadata, unifyMetadata } from "@polkadot-api/substrate-bindings";
import type { Entry, Need } from "./entries.ts";

/** What a runtime lacks. */
export interface Lack {
  /** The entry, as it is named in the runtime, with the fields that are missing. */
  readonly entry: string;
  readonly for: string;
  readonly isOptional: boolean;
}

export interface Presence {
  /** How many of the needs are there. */
  readonly found: number;
  readonly lacks: readonly Lack[];
}

type Runtime = Pick<UnifiedMetadata, "pallets" | "apis" | "lookup">;

/** The names inside a type: the fields of a struct, of what an option or a list holds. */
function namesIn({ lookup }: Runtime, type: number, depth = 0): readonly string[] {
  const def = lookup[type]?.def;
  if (def === undefined || depth > 4) return [];
  if (def.tag === "composite") return def.value.flatMap(({ name }) => name ?? []);
  if (def.tag === "sequence") return namesIn({ lookup } as Runtime, def.value, depth + 1);
  if (def.tag !== "variant") return [];
  const inner = def.value.find(({ name }) => name === "Some")?.fields[0]?.type;
  return inner === undefined ? [] : namesIn({ lookup } as Runtime, inner, depth + 1);
}

/** The names inside an entry; null where the runtime does not have it. */
function namesOf(runtime: Runtime, { kind, name }: Entry): readonly string[] | null {
  const [outer = "", inner = ""] = name.split(".");
  if (kind === "api") {
    const method = runtime.apis
      .find((api) => api.name === outer)
      ?.methods.find((each) => each.name === inner);
    return method === undefined ? null : namesIn(runtime, method.output);
  }
  const pallet = runtime.pallets.find((each) => each.name === outer);
  if (pallet === undefined) return null;
  if (kind === "constant") return pallet.constants.some((each) => each.name === inner) ? [] : null;
  if (kind === "storage") {
    const item = pallet.storage?.items.find((each) => each.name === inner);
    if (item === undefined) return null;
    return namesIn(runtime, item.type.tag === "map" ? item.type.value.value : item.type.value);
  }
  const calls = pallet.calls === undefined ? undefined : runtime.lookup[pallet.calls.type]?.def;
  if (calls?.tag !== "variant") return null;
  const call = calls.value.find((each) => each.name === inner);
  return call === undefined ? null : call.fields.flatMap((field) => field.name ?? []);
}

/** Null where the entry is there with all its fields; else what is missing. */
function lackOf(runtime: Runtime, entry: Entry): string | null {
  const names = namesOf(runtime, entry);
  if (names === null) return entry.name;
  const missing = (entry.fields ?? []).filter((field) => !names.includes(field));
  return missing.length === 0 ? null : `${entry.name} (${missing.join(", ")})`;
}

/** What of the needs a runtime has. */
export function presenceIn(runtime: Runtime, needs: readonly Need[]): Presence {
  const lacks = needs.flatMap(({ anyOf, for: use, isOptional = false }): Lack[] => {
    const each = anyOf.map((entry) => lackOf(runtime, entry));
    return each.includes(null) ? [] : [{ entry: each.join(" or "), for: use, isOptional }];
  });
  return { found: needs.length - lacks.length, lacks };
}

/** The same for a runtime's metadata as a node serves it. */
export function presenceOf(metadata: Uint8Array, needs: readonly Need[]): Presence {
  return presenceIn(unifyMetadata(decAnyMetadata(metadata)), needs);
}
