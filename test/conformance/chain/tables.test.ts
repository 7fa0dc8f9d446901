import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { getChecksumBuilder, getLookupFn } from "@polkadot-api/metadata-builders";
import { unifyMetadata, type V16 } from "@polkadot-api/substrate-bindings";
import { buildMetadata } from "../../support/chain/metadata/buildMetadata.ts";
import { realMetadataFile } from "../../support/chain/realMetadata.ts";
import { metadataBytes, readMetadata } from "../../support/chain/runtime/metadataBytes.ts";

type Checksums = ReturnType<typeof getChecksumBuilder>;

const own = readMetadata(metadataBytes(buildMetadata()));
const checksumsOf = (definition: V16): Checksums =>
  getChecksumBuilder(getLookupFn(unifyMetadata(definition)));

/** Types that name everything in a runtime, which a part of one cannot equal. */
const wholeRuntime = new Set(["System.Events", "System.ExtrinsicFailed"]);

function variants(definition: V16, pallet: string, part: "calls" | "events" | "errors") {
  const type = definition.pallets.find(({ name }) => name === pallet)?.[part]?.type;
  const def = type === undefined ? undefined : definition.lookup[type]?.def;
  return def?.tag === "variant" ? def.value : [];
}

/** Every entry of a metadata with the checksum of its types, and its indexes and hashers. */
function entriesOf(wanted: V16, from: V16): Map<string, unknown> {
  const sums = checksumsOf(from);
  const found = new Map<string, unknown>();
  for (const api of wanted.apis)
    for (const { name } of api.methods)
      found.set(`${api.name}_${name}`, sums.buildRuntimeCall(api.name, name));
  for (const { name: pallet, storage, constants } of wanted.pallets) {
    const real = from.pallets.find(({ name }) => name === pallet);
    for (const { name } of storage?.items ?? []) {
      const item = real?.storage?.items.find((other) => other.name === name);
      const hashers = item?.type.tag === "map" ? item.type.value.hashers.map(({ tag }) => tag) : [];
      const fallback = item?.name === "BeaconConfig" ? "" : item?.fallback;
      found.set(`${pallet}.${name}`, [sums.buildStorage(pallet, name), item?.modifier, hashers, fallback]);
    }
    for (const { name } of constants) found.set(`${pallet}.${name}`, sums.buildConstant(pallet, name));
    const builders = { calls: sums.buildCall, events: sums.buildEvent, errors: sums.buildError };
    for (const part of ["calls", "events", "errors"] as const)
      for (const { name } of variants(wanted, pallet, part)) {
        const index = variants(from, pallet, part).find((other) => other.name === name)?.index;
        found.set(`${pallet}.${name}`, [index, index === undefined ? null : builders[part](pallet, name)]);
      }
  }
  return found;
}

test("the tables make metadata that reads back as it was written", () => {
  assert.deepEqual(readMetadata(metadataBytes(own)), own);
  assert.equal(own.extrinsic.signedExtensions.length, 13);
});

if (existsSync(realMetadataFile)) {
  const real = readMetadata(readFileSync(realMetadataFile));

  test("every entry of the tables is in the real runtime, of the same types, index and hashers", () => {
    const [mine, theirs] = [entriesOf(own, own), entriesOf(own, real)];
    assert.ok(mine.size > 100);
    const differing = [...mine].filter(
      ([name, entry]) =>
        !wholeRuntime.has(name) && JSON.stringify(entry) !== JSON.stringify(theirs.get(name)),
    );
    assert.deepEqual(
      differing.map(([name, entry]) => [name, entry, theirs.get(name)]),
      [],
    );
  });

  test("extrinsics carry the same extensions in the same order", () => {
    const shape = ({ extrinsic }: V16, sums: Checksums) =>
      extrinsic.signedExtensions.map(({ identifier, type, additionalSigned }) => [
        ...[identifier, sums.buildDefinition(type), sums.buildDefinition(additionalSigned)],
      ]);
    assert.deepEqual(shape(own, checksumsOf(own)), shape(real, checksumsOf(real)));
  });
} else {
  test("the tables were not compared with real metadata", (context) => {
    context.diagnostic(
      `no file ${realMetadataFile}: set ASSAY_SUBTENSOR_METADATA to the metadata of a runtime`,
    );
  });
}
