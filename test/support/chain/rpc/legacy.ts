import { Blake2256, blockHeader } from "@polkadot-api/substrate-bindings";
import { fromHex, toHex } from "polkadot-api/utils";
import type { Block } from "../node/block.ts";
import { type Distort, runtimeCall } from "../node/runtimeCalls.ts";
import { accountNonce } from "../node/validity.ts";
import type { State } from "../state/state.ts";
import { hexParameter, RpcFault } from "./message.ts";
import type { View } from "./view.ts";

type Methods = Readonly<Record<string, (params: readonly unknown[]) => unknown>>;

type Digest = ReturnType<typeof blockHeader.dec>["digests"][number];

/** One log of a header as its own bytes: a header with it less a header without. */
function logHex(digest: Digest): string {
  const zero = `0x${"00".repeat(32)}`;
  const header = { parentHash: zero, number: 0, stateRoot: zero, extrinsicRoot: zero };
  return toHex(blockHeader.enc({ ...header, digests: [digest] }).slice(98));
}

/** A header as the older methods tell it. */
export function headerValue(block: Block): unknown {
  const { parentHash, number, stateRoot, extrinsicRoot, digests } = blockHeader.dec(fromHex(block.header));
  return {
    ...{ parentHash, stateRoot, number: `0x${number.toString(16)}`, extrinsicsRoot: extrinsicRoot },
    digest: { logs: digests.map(logHex) },
  };
}

function hexNumber(value: unknown): number {
  return typeof value === "number" ? value : Number(String(value));
}

/** The methods that came before `chainHead_v1`, and that probes still use. */
export function legacyMethods(view: View, distort: Distort): Methods {
  const blockAt = (hash: unknown): Block => {
    const block = hash === undefined || hash === null ? view.best : view.block(String(hash));
    if (block === null) throw new RpcFault(4003, `Client error: UnknownBlock: State not found for ${hash}`);
    return block;
  };
  const stateAt = (hash: unknown): { block: Block; state: State } => {
    const block = blockAt(hash);
    const state = view.state(block);
    if (state === null)
      throw new RpcFault(4003, `Client error: UnknownBlock: State already discarded for ${block.hash}`);
    return { block, state };
  };
  return {
    chain_getFinalizedHead: () => view.finalized.hash,
    chain_getBlockHash: ([number]) =>
      number === undefined || number === null ? view.best.hash : view.hashAt(hexNumber(number)),
    chain_getHeader: ([hash]) => {
      const block = hash === undefined || hash === null ? view.best : view.block(String(hash));
      return block === null ? null : headerValue(block);
    },
    chain_getBlock: ([hash]) => {
      const block = blockAt(hash);
      return { block: { header: headerValue(block), extrinsics: block.body }, justifications: null };
    },
    state_getRuntimeVersion: ([hash]) => ({ ...blockAt(hash).runtime.version, apis: [], stateVersion: 1 }),
    state_getMetadata: ([hash]) => toHex(blockAt(hash).runtime.metadata),
    state_call: ([call, input, hash]) => {
      const { block, state } = stateAt(hash);
      try {
        return runtimeCall({ chain: view.chain, block, state }, String(call), hexParameter(input), distort);
      } catch (error) {
        throw new RpcFault(4003, `Client error: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    state_getStorage: ([key, hash]) => stateAt(hash).state.raw(hexParameter(key)),
    state_getStorageHash: ([key, hash]) => {
      const value = stateAt(hash).state.raw(hexParameter(key));
      return value === null ? null : toHex(Blake2256(fromHex(value)));
    },
    state_queryStorageAt: ([keys, hash]) => {
      const { block, state } = stateAt(hash);
      const list = Array.isArray(keys) ? keys.map(hexParameter) : [];
      return [{ block: block.hash, changes: list.map((key) => [key, state.raw(key)]) }];
    },
    state_getKeysPaged: ([prefix, count, after, hash]) => {
      const keys = stateAt(hash).state.keysUnder(hexParameter(prefix));
      const from = keys.filter((key) => after === undefined || after === null || key > String(after));
      return from.slice(0, hexNumber(count));
    },
    system_health: () => ({ peers: 8, isSyncing: false, shouldHavePeers: true }),
    system_chain: () => "Bittensor double",
    system_name: () => "Subtensor Node",
    system_version: () => "4.0.0-double",
    system_properties: () => ({ ss58Format: 42, tokenDecimals: 9, tokenSymbol: "TAO" }),
    system_accountNextIndex: ([account]) => {
      const name = String(account);
      return view.chain.pool.nextNonce(name, accountNonce(stateAt(null).state, name));
    },
  };
}
