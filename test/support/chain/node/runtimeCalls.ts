import { compactNumber } from "@polkadot-api/substrate-bindings";
import { fromHex, mergeUint8, toHex } from "polkadot-api/utils";
import { hyperparameters, metagraph, neuronsLite, subnetState } from "../state/metagraph.ts";
import { epochState, nextEpochBlock } from "../state/schedule.ts";
import type { State } from "../state/state.ts";
import type { Block } from "./block.ts";
import type { Chain } from "./chain.ts";
import { accountNonce, deathOf } from "./validity.ts";

export interface CallPlace {
  readonly chain: Chain;
  readonly block: Block;
  readonly state: State;
}

type Answer = (place: CallPlace, args: readonly unknown[]) => unknown;

const netuidOf = (args: readonly unknown[]): number => Number(args[0]);

function validateTransaction({ chain, block }: CallPlace, args: readonly unknown[]): unknown {
  const { extrinsic, ...found } = chain.validity(withLength(args[1]), block);
  if (found.invalid !== null) return { success: false, value: { type: "Invalid", value: found.invalid } };
  const signer = extrinsic?.signer ?? "";
  const nonce = extrinsic?.nonce ?? 0;
  const tag = (at: number): Uint8Array => new TextEncoder().encode(`${signer} ${at}`);
  const death = deathOf(extrinsic?.era ?? null, block.number + 1);
  return {
    success: true,
    value: {
      ...{ priority: 1, requires: found.isFuture ? [tag(nonce - 1)] : [], provides: [tag(nonce)] },
      ...{ longevity: death === null ? 2n ** 64n - 1n : death - block.number, propagate: true },
    },
  };
}

/** An extrinsic with its length before it, as it was sent. */
function withLength(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) throw new Error("an extrinsic is bytes");
  return toHex(mergeUint8([compactNumber.enc(bytes.length), bytes]));
}

const answers: Readonly<Record<string, Answer>> = {
  Core_version: ({ block }) => versionValue(block),
  Metadata_metadata_versions: () => [16],
  Metadata_metadata_at_version: ({ block }, [version]) => (version === 16 ? block.runtime.metadata : null),
  AccountNonceApi_account_nonce: ({ state }, [account]) => accountNonce(state, String(account)),
  TaggedTransactionQueue_validate_transaction: validateTransaction,
  TransactionPaymentApi_query_info: () => ({}),
  SubnetInfoRuntimeApi_get_metagraph: ({ state }, args) => metagraph(state, netuidOf(args)),
  SubnetInfoRuntimeApi_get_subnet_hyperparams: ({ state }, args) => hyperparameters(state, netuidOf(args)),
  SubnetInfoRuntimeApi_get_subnet_state: ({ state }, args) => subnetState(state, netuidOf(args)),
  SubnetInfoRuntimeApi_get_next_epoch_start_block: ({ state, block }, args) =>
    nextEpochBlock(epochState(state, netuidOf(args)), block.number),
  NeuronInfoRuntimeApi_get_neurons_lite: ({ state }, args) => neuronsLite(state, netuidOf(args)),
};

function versionValue({ runtime }: Block): unknown {
  const { version } = runtime;
  return {
    ...{ spec_name: version.specName, impl_name: version.implName },
    ...{ authoring_version: version.authoringVersion, spec_version: version.specVersion },
    ...{ impl_version: version.implVersion, transaction_version: version.transactionVersion },
    system_version: 1,
  };
}

/** The plain value of a runtime call as a fault may change it before it is encoded. */
export type Distort = (call: string, value: unknown) => unknown;

/** What was answered at a state, and its bytes: a subnet takes some 50 ms to be put together, and many ask. */
const answered = new WeakMap<State, Map<string, unknown>>();
const encoded = new WeakMap<object, string>();

const isReadOfSubnet = /^(SubnetInfo|NeuronInfo)RuntimeApi_/;

function remembered(state: State, id: string, make: () => unknown): unknown {
  const known = answered.get(state) ?? new Map<string, unknown>();
  answered.set(state, known);
  if (!known.has(id)) known.set(id, make());
  return known.get(id);
}

function encode({ block }: CallPlace, output: number, value: unknown): string {
  const known = typeof value === "object" && value !== null ? encoded.get(value) : undefined;
  if (known !== undefined) return known;
  const hex = toHex(block.runtime.encode(output, value));
  if (typeof value === "object" && value !== null) encoded.set(value, hex);
  return hex;
}

/** Answers a runtime call, hex in and out. Throws where the runtime has no such entry or the double cannot answer it. */
export function runtimeCall(place: CallPlace, call: string, input: string, distort: Distort): string {
  const entry = place.block.runtime.api(call);
  const answer = answers[call];
  if (entry === null || answer === undefined)
    throw new Error(`Execution failed: Other: Exported method ${call} is not found`);
  const bytes = input === "0x" || input === "" ? new Uint8Array() : fromHex(input);
  const make = (): unknown => answer(place, place.block.runtime.apiArguments(entry.inputs, bytes));
  const isKept = isReadOfSubnet.test(call);
  const value = distort(call, isKept ? remembered(place.state, `${call} ${input}`, make) : make());
  return isKept ? encode(place, entry.output, value) : toHex(place.block.runtime.encode(entry.output, value));
}
