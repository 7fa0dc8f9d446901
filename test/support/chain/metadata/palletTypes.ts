import type { FieldRows, PalletRow, TypeRow, VariantRows } from "./tableRows.ts";

const parts = ["calls", "events", "errors"] as const;
type Part = (typeof parts)[number];

const typeNames: Readonly<Record<Part, string>> = { calls: "Call", events: "Event", errors: "Error" };
const outerNames: Readonly<Record<Part, string>> = {
  calls: "RuntimeCall",
  events: "RuntimeEvent",
  errors: "RuntimeError",
};

/** The name of the enum of a pallet's calls, events or errors; null where it has none. */
export function palletType(pallet: PalletRow, part: Part): string | null {
  return pallet[part] === undefined ? null : `${pallet.name}${typeNames[part]}`;
}

function innerTypes(pallet: PalletRow): (readonly [string, TypeRow])[] {
  return parts.flatMap((part) => {
    const variants = pallet[part];
    const name = palletType(pallet, part);
    if (variants === undefined || name === null) return [];
    return [[name, { path: [`pallet_${pallet.name.toLowerCase()}`, "pallet", typeNames[part]], variants }]];
  });
}

function outerType(pallets: readonly PalletRow[], part: Part): TypeRow {
  const variants: VariantRows = Object.fromEntries(
    pallets.flatMap((pallet): [string, readonly [number, FieldRows]][] => {
      const type = palletType(pallet, part);
      return type === null ? [] : [[pallet.name, [pallet.index, [type]]]];
    }),
  );
  return { path: ["node_subtensor_runtime", outerNames[part]], variants };
}

/** The enums that follow from the pallets: each one's calls, events and errors, and those of the whole runtime. */
export function palletTypes(pallets: readonly PalletRow[]): Record<string, TypeRow> {
  return Object.fromEntries([
    ...pallets.flatMap(innerTypes),
    ...parts.map((part) => [outerNames[part], outerType(pallets, part)] as const),
  ]);
}
