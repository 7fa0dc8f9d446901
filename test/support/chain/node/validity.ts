import { AccountId } from "@polkadot-api/substrate-bindings";
import { fromHex } from "polkadot-api/utils";
import { Sr25519Verifier } from "../../../../src/epistula/sr25519.ts";
import { type Era, readExtrinsic, type SignedExtrinsic, signedPayload } from "../runtime/extrinsic.ts";
import { guardCode } from "../state/guards.ts";
import type { State } from "../state/state.ts";

const verifier = new Sr25519Verifier();
const accountId = AccountId(42);

/** Why an extrinsic is not valid, in the runtime's names. */
export interface Invalid {
  readonly type: string;
  readonly value?: unknown;
}

export type Validity =
  | { readonly extrinsic: SignedExtrinsic; readonly invalid: null; readonly isFuture: boolean }
  | { readonly extrinsic: SignedExtrinsic | null; readonly invalid: Invalid };

/** The state that an extrinsic meets: what is stored, and the block that would include it. */
export interface ValidityContext {
  readonly state: State;
  readonly block: number;
  /** The hash of the block before, which the state cannot have yet. */
  readonly parent: string;
  readonly genesis: string;
  readonly rateLimitAt: "validity" | "dispatch";
}

function birth({ period, phase }: { period: number; phase: number }, block: number): number {
  return Math.floor((Math.max(block, phase) - phase) / period) * period + phase;
}

/** The last block that can include an extrinsic; null for no limit. */
export function deathOf(era: Era, block: number): number | null {
  return era === null ? null : birth(era, block) + era.period - 1;
}

/** The hash of the block that an era began with; null where the chain has forgotten it. */
function eraHash(context: ValidityContext, era: Era): string | null {
  if (era === null) return context.genesis;
  const number = birth(era, context.block);
  if (number === context.block - 1) return context.parent;
  if (number >= context.block) return null;
  const hash = String(context.state.get("System", "BlockHash", number));
  return /^0x0+$/.test(hash) ? null : hash;
}

export function accountNonce(state: State, account: string): number {
  const { nonce } = state.get("System", "Account", account) as { nonce: number };
  return Number(nonce);
}

function fault(context: ValidityContext, extrinsic: SignedExtrinsic): Invalid | null {
  const hash = eraHash(context, extrinsic.era);
  if (hash === null) return { type: "AncientBirthBlock" };
  const { genesis, state } = context;
  const payload = signedPayload(state.runtime, extrinsic, { genesis, eraHash: hash });
  if (!verifier.verify(accountId.enc(extrinsic.signer), payload, extrinsic.signature))
    return { type: "BadProof" };
  if (extrinsic.nonce < accountNonce(state, extrinsic.signer)) return { type: "Stale" };
  const code = guardCode(context, extrinsic);
  return code === null ? null : { type: "Custom", value: code };
}

/** Whether a block on top of a state could include an extrinsic; one whose nonce is not reached yet is valid and waits. */
export function validate(context: ValidityContext, bytes: string): Validity {
  let extrinsic: SignedExtrinsic;
  try {
    extrinsic = readExtrinsic(context.state.runtime, bytes);
  } catch {
    return { extrinsic: null, invalid: { type: "Call" } };
  }
  const invalid = fault(context, extrinsic);
  if (invalid !== null) return { extrinsic, invalid };
  const isFuture = extrinsic.nonce > accountNonce(context.state, extrinsic.signer);
  return { extrinsic, invalid: null, isFuture };
}

export function isHex(text: unknown): text is string {
  return typeof text === "string" && /^0x([0-9a-f]{2})*$/i.test(text) && fromHex(text).length > 0;
}
