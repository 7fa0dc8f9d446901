import type { V16 } from "@polkadot-api/substrate-bindings";
import { palletType, palletTypes } from "./palletTypes.ts";
import { encodeValue } from "./plainValue.ts";
import { commonTypes } from "./table/commonTypes.ts";
import { extensions, extensionTypes } from "./table/extensions.ts";
import { failureTypes } from "./table/failureTypes.ts";
import { pallets } from "./table/pallets.ts";
import { runtimeApis } from "./table/runtimeApis.ts";
import { subnetTypes } from "./table/subnetTypes.ts";
import type { PalletRow, StorageRow } from "./tableRows.ts";
import { TypeRegistry } from "./typeRegistry.ts";

type PalletDefinition = V16["pallets"][number];
type StorageItem = NonNullable<PalletDefinition["storage"]>["items"][number];

const current = { tag: "NotDeprecated", value: undefined } as const;

function storageItem(registry: TypeRegistry, row: StorageRow): StorageItem {
  const value = registry.idOf(row.value);
  const types = row.keys.map(([type]) => type);
  const key = types.length === 1 ? (types[0] ?? "()") : `(${types.join(", ")})`;
  const hashers = row.keys.map(([, hasher]) => ({ tag: hasher, value: undefined }));
  return {
    name: row.name,
    modifier: row.fallback === undefined ? 0 : 1,
    type:
      types.length === 0
        ? { tag: "plain", value }
        : { tag: "map", value: { hashers, key: registry.idOf(key), value } },
    fallback: row.fallback === undefined ? "0x00" : encodeValue(registry.rows, value, row.fallback),
    docs: [],
    deprecationInfo: current,
  };
}

function palletDefinition(registry: TypeRegistry, row: PalletRow): PalletDefinition {
  const variants = (part: "calls" | "events" | "errors") => {
    const type = palletType(row, part);
    return type === null ? undefined : { type: registry.idOf(type), deprecationInfo: [] };
  };
  return {
    name: row.name,
    storage: { prefix: row.name, items: row.storage.map((item) => storageItem(registry, item)) },
    calls: variants("calls"),
    events: variants("events"),
    constants: (row.constants ?? []).map(({ name, type, value }) => {
      const id = registry.idOf(type);
      return {
        ...{ name, type: id, docs: [], deprecationInfo: current },
        value: encodeValue(registry.rows, id, value),
      };
    }),
    errors: variants("errors"),
    ...{ associatedTypes: [], viewFns: [], index: row.index, docs: [], deprecationInfo: current },
  };
}

function apiDefinitions(registry: TypeRegistry): V16["apis"] {
  return runtimeApis.map(({ name, version, methods }) => ({
    ...{ name, version, docs: [], deprecationInfo: current },
    methods: methods.map((method) => ({
      name: method.name,
      inputs: Object.entries(method.inputs).map(([input, type]) => ({
        name: input,
        type: registry.idOf(type),
      })),
      output: registry.idOf(method.output),
      ...{ docs: [], deprecationInfo: current },
    })),
  }));
}

function extrinsicDefinition(registry: TypeRegistry): V16["extrinsic"] {
  return {
    version: [4],
    address: registry.idOf("MultiAddress"),
    call: registry.idOf("RuntimeCall"),
    signature: registry.idOf("MultiSignature"),
    signedExtensionsByVersion: [[0, extensions.map((_, index) => index)]],
    signedExtensions: extensions.map(({ identifier, type, additionalSigned }) => ({
      identifier,
      type: registry.idOf(type),
      additionalSigned: registry.idOf(additionalSigned),
    })),
  };
}

/** The Timestamp pallet says how long a block takes. */
function withBlockTime(row: PalletRow, blockMs: number): PalletRow {
  const constants = row.constants?.map((each) =>
    each.name === "MinimumPeriod" ? { ...each, value: blockMs / 2 } : each,
  );
  return constants === undefined ? row : { ...row, constants };
}

/**
 * The metadata of the double: the entries of the tables, numbered and put together as a runtime would. Blocks take `blockMs` by their
 * own times.
 */
export function buildMetadata(blockMs = 12_000): V16 {
  const registry = new TypeRegistry({
    ...commonTypes,
    ...failureTypes,
    ...subnetTypes,
    ...extensionTypes,
    ...palletTypes(pallets),
  });
  registry.idOf("AccountId32");
  return {
    lookup: registry.rows,
    pallets: pallets.map((pallet) => palletDefinition(registry, withBlockTime(pallet, blockMs))),
    extrinsic: extrinsicDefinition(registry),
    apis: apiDefinitions(registry),
    outerEnums: {
      call: registry.idOf("RuntimeCall"),
      event: registry.idOf("RuntimeEvent"),
      error: registry.idOf("RuntimeError"),
    },
    custom: [],
  };
}
