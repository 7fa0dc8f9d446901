import { Blake2256, blockHeader } from "@polkadot-api/substrate-bindings";
import { fromHex, toHex } from "polkadot-api/utils";
import { bareExtrinsic, type SignedExtrinsic } from "../runtime/extrinsic.ts";
import { CODE_KEY, type Runtime } from "../runtime/runtime.ts";
import { dispatchCall } from "../state/calls.ts";
import { type EventValue, PalletError } from "../state/dispatch.ts";
import type { State } from "../state/state.ts";
import type { Block } from "./block.ts";

export interface BlockPlan {
  readonly parent: Pick<Block, "hash" | "number"> & { readonly state: State };
  readonly runtime: Runtime;
  readonly isUpgrade: boolean;
  readonly timeMs: number;
  /** Whatever distinguishes this block from another of the same content. */
  readonly salt: string;
  readonly sequence: number;
  /** The extrinsics that the block could take, in order; `isValid` is asked at each one's turn. */
  readonly candidates: readonly SignedExtrinsic[];
  readonly isValid: (state: State, extrinsic: SignedExtrinsic) => boolean;
  /** What the chain does by itself before any extrinsic. */
  readonly initialize: (state: State, block: number, emit: (event: EventValue) => void) => void;
}

export interface ExecutedBlock {
  readonly block: Block;
  readonly state: State;
  readonly included: readonly SignedExtrinsic[];
}

type Phase = { readonly type: string; readonly value?: number };

const info = { weight: { ref_time: 0, proof_size: 0 }, class: { type: "Normal" }, pays_fee: { type: "No" } };

function eventRecord(phase: Phase, { pallet, name, value }: EventValue): unknown {
  return { phase, event: { type: pallet, value: { type: name, value } }, topics: [] };
}

/** Runs one extrinsic; a call that fails leaves nothing but its nonce and the event that says why. */
function apply(state: State, block: number, extrinsic: SignedExtrinsic, index: number): unknown[] {
  const phase = { type: "ApplyExtrinsic", value: index };
  const { signer, call } = extrinsic;
  const account = state.get("System", "Account", signer) as Readonly<Record<string, unknown>>;
  state.put("System", "Account", [signer], { ...account, nonce: extrinsic.nonce + 1 });
  const events: EventValue[] = [];
  const trial = state.next();
  try {
    dispatchCall({ state: trial, block, signer, emit: (event) => events.push(event) }, call);
  } catch (error) {
    if (!(error instanceof PalletError)) throw error;
    const failure = state.runtime.moduleError(error.pallet, error.message);
    const value = { dispatch_error: failure, dispatch_info: info };
    return [eventRecord(phase, { pallet: "System", name: "ExtrinsicFailed", value })];
  }
  state.replaceBy(trial);
  const success = { pallet: "System", name: "ExtrinsicSuccess", value: { dispatch_info: info } };
  return [...events, success].map((event) => eventRecord(phase, event));
}

function startBlock(plan: BlockPlan, state: State, number: number): void {
  const { hash } = plan.parent;
  state.put("System", "Number", [], number);
  state.put("System", "ParentHash", [], hash);
  state.put("System", "BlockHash", [number - 1], hash);
  state.put("Timestamp", "Now", [], plan.timeMs);
  state.putRaw(CODE_KEY, plan.runtime.code);
}

function headerOf(plan: BlockPlan, number: number, body: readonly string[], events: string): string {
  const text = new TextEncoder();
  const slot = new Uint8Array(8);
  new DataView(slot.buffer).setBigUint64(0, BigInt(Math.floor(plan.timeMs / 12_000)), true);
  const root = Blake2256(text.encode(`${plan.parent.hash} ${events} ${plan.timeMs} ${plan.salt}`));
  return toHex(
    blockHeader.enc({
      parentHash: plan.parent.hash,
      number,
      stateRoot: toHex(root),
      extrinsicRoot: toHex(Blake2256(text.encode(body.join()))),
      digests: [
        { type: "preRuntime", value: { engine: "aura", payload: toHex(slot) } },
        ...(plan.isUpgrade ? [{ type: "runtimeUpdated" as const, value: undefined }] : []),
      ],
    }),
  );
}

/** Makes a block on a parent: what the chain does itself, the clock, then the extrinsics that are valid at their turn. */
export function executeBlock(plan: BlockPlan): ExecutedBlock {
  const { runtime } = plan;
  const number = plan.parent.number + 1;
  const state = plan.parent.state.next(runtime);
  startBlock(plan, state, number);
  const records: unknown[] = [];
  const note = (event: EventValue) => records.push(eventRecord({ type: "Initialization" }, event));
  plan.initialize(state, number, note);
  const body = [bareExtrinsic(runtime, { pallet: "Timestamp", name: "set", args: { now: plan.timeMs } })];
  const clock = { pallet: "System", name: "ExtrinsicSuccess", value: { dispatch_info: info } };
  records.push(eventRecord({ type: "ApplyExtrinsic", value: 0 }, clock));
  const included: SignedExtrinsic[] = [];
  for (const extrinsic of plan.candidates) {
    if (!plan.isValid(state, extrinsic)) continue;
    records.push(...apply(state, number, extrinsic, body.length));
    body.push(extrinsic.bytes);
    included.push(extrinsic);
  }
  if (plan.isUpgrade) note({ pallet: "System", name: "CodeUpdated", value: undefined });
  state.put("System", "Events", [], records);
  const header = headerOf(plan, number, body, state.raw(runtime.storageKey("System", "Events", [])) ?? "");
  const hash = toHex(Blake2256(fromHex(header)));
  const { isUpgrade, sequence, parent } = plan;
  return {
    block: { hash, number, parent: parent.hash, header, body, runtime, isUpgrade, sequence },
    state,
    included,
  };
}
