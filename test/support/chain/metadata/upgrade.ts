import { denormalizeLookup, getLookupCodecBuilder } from "@polkadot-api/metadata-builders";
import type { V16 } from "@polkadot-api/substrate-bindings";
import { fromHex, toHex } from "polkadot-api/utils";

/** How the next runtime differs from the running one. */
export interface Upgrade {
  /** A member that `get_metagraph` did not have, in the midst of the others. */
  readonly addField?: string;
  readonly removeField?: string;
  /** A call of the subnet pallet. */
  readonly removeCall?: string;
  /** A runtime call, such as `SubnetInfoRuntimeApi_get_metagraph`. */
  readonly removeApi?: string;
}

type Definition = V16["lookup"][number]["def"];

function metagraphFields(definition: V16): Extract<Definition, { tag: "composite" }>["value"] {
  const api = definition.apis.find(({ name }) => name === "SubnetInfoRuntimeApi");
  const method = api?.methods.find(({ name }) => name === "get_metagraph");
  const option = method === undefined ? undefined : definition.lookup[method.output];
  const type = option?.params[0]?.type;
  const def = type === undefined ? undefined : definition.lookup[type]?.def;
  if (def?.tag !== "composite") throw new Error("the runtime has no get_metagraph");
  return def.value;
}

function removeNamed(list: { name?: string | undefined }[], name: string): void {
  const at = list.findIndex((row) => row.name === name);
  if (at < 0) throw new Error(`the runtime has no ${name}`);
  list.splice(at, 1);
}

function removeCall(definition: V16, name: string): void {
  const calls = definition.pallets.find((pallet) => pallet.name === "SubtensorModule")?.calls?.type;
  const def = calls === undefined ? undefined : definition.lookup[calls]?.def;
  if (def?.tag === "variant") removeNamed(def.value, name);
}

function removeApi(definition: V16, call: string): void {
  for (const api of definition.apis)
    if (call.startsWith(`${api.name}_`)) removeNamed(api.methods, call.slice(api.name.length + 1));
}

function raiseVersion(definition: V16): void {
  const system = definition.pallets.find(({ name }) => name === "System");
  const constant = system?.constants.find(({ name }) => name === "Version");
  if (constant === undefined) throw new Error("the runtime has no System.Version");
  const codec = getLookupCodecBuilder(denormalizeLookup(definition.lookup))(constant.type);
  const version = codec.dec(fromHex(constant.value)) as { spec_version: number };
  const raised = { ...version, spec_version: version.spec_version + 1 };
  constant.value = toHex(codec.enc(raised));
}

/** The definition of the runtime after an upgrade: its version is the next, and so much is changed. */
export function upgraded(
  before: V16,
  { addField, removeField, removeCall: call, removeApi: api }: Upgrade,
): V16 {
  const definition = structuredClone(before);
  const fields = metagraphFields(definition);
  if (addField !== undefined) {
    const model = fields.find(({ name }) => name === "tempo");
    if (model === undefined) throw new Error("the metagraph has no tempo");
    fields.splice(fields.indexOf(model), 0, { ...model, name: addField });
  }
  if (removeField !== undefined) removeNamed(fields, removeField);
  if (call !== undefined) removeCall(definition, call);
  if (api !== undefined) removeApi(definition, api);
  raiseVersion(definition);
  return definition;
}
