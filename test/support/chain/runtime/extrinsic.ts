import { Blake2256, compactNumber, extrinsicFormat } from "@polkadot-api/substrate-bindings";
import { fromHex, mergeUint8, toHex } from "polkadot-api/utils";
import type { Runtime } from "./runtime.ts";

export type Arguments = Readonly<Record<string, unknown>>;

export interface Call {
  readonly pallet: string;
  readonly name: string;
  readonly args: Arguments;
}

/** From which block on, and how long, an extrinsic may be included. */
export type Era = { readonly period: number; readonly phase: number } | null;

export interface SignedExtrinsic {
  readonly hash: string;
  readonly bytes: string;
  readonly signer: string;
  readonly signature: Uint8Array;
  readonly nonce: number;
  readonly era: Era;
  readonly call: Call;
  readonly callBytes: Uint8Array;
  readonly extra: Uint8Array;
}

interface Tagged {
  readonly type: string;
  readonly value?: unknown;
}

function tagged(value: unknown): Tagged {
  if (typeof value !== "object" || value === null || !("type" in value))
    throw new Error("an enum value is wanted");
  return value as Tagged;
}

/** Reads values off the front of bytes by the types of a runtime. */
class Reader {
  readonly #runtime: Runtime;
  #rest: Uint8Array;

  constructor(runtime: Runtime, bytes: Uint8Array) {
    this.#runtime = runtime;
    this.#rest = bytes;
  }

  get rest(): Uint8Array {
    return this.#rest;
  }

  read(type: number): { readonly value: unknown; readonly bytes: Uint8Array } {
    const codec = this.#runtime.codec(type);
    const value = codec.dec(this.#rest);
    const bytes = codec.enc(value);
    this.#rest = this.#rest.slice(bytes.length);
    return { value, bytes };
  }
}

function eraOf(bytes: Uint8Array): Era {
  const [first = 0, second = 0] = bytes;
  if (first === 0) return null;
  const encoded = first | (second << 8);
  const period = 2 << (encoded % 16);
  return { period, phase: (encoded >> 4) * Math.max(period >> 12, 1) };
}

function callOf(value: unknown): Call {
  const pallet = tagged(value);
  const call = tagged(pallet.value);
  return { pallet: pallet.type, name: call.type, args: (call.value ?? {}) as Arguments };
}

/** A signed extrinsic of format 4. Throws where the runtime cannot read it. */
export function readExtrinsic(runtime: Runtime, hex: string): SignedExtrinsic {
  const all = fromHex(hex);
  const length = compactNumber.dec(all);
  const body = all.slice(compactNumber.enc(length).length);
  const format = extrinsicFormat.dec(body);
  if (body.length !== length || format.type !== "signed" || format.version !== 4)
    throw new Error("only signed extrinsics of format 4 are taken");
  const { address, signature, call, signedExtensions } = runtime.definition.extrinsic;
  const reader = new Reader(runtime, body.slice(1));
  const signer = tagged(reader.read(address).value);
  const proof = tagged(reader.read(signature).value);
  const extras = signedExtensions.map(({ identifier, type }) => ({ identifier, ...reader.read(type) }));
  const extra = (name: string) => extras.find(({ identifier }) => identifier === name);
  const callBytes = reader.rest;
  const read = reader.read(call);
  if (reader.rest.length > 0) throw new Error("bytes after the call");
  if (signer.type !== "Id" || proof.type !== "Sr25519") throw new Error("only sr25519 accounts are known");
  return {
    hash: toHex(Blake2256(all)),
    bytes: hex,
    signer: String(signer.value),
    signature: fromHex(String(proof.value)),
    nonce: Number(extra("CheckNonce")?.value ?? 0),
    era: eraOf(extra("CheckMortality")?.bytes ?? new Uint8Array()),
    call: callOf(read.value),
    callBytes,
    extra: mergeUint8(extras.map(({ bytes }) => bytes)),
  };
}

/** What the runtime adds to the signed bytes without sending it. */
function additional(runtime: Runtime, identifier: string, type: number, facts: SigningFacts): Uint8Array {
  const { specVersion, transactionVersion } = runtime.version;
  switch (identifier) {
    case "CheckSpecVersion":
      return runtime.encode(type, specVersion);
    case "CheckTxVersion":
      return runtime.encode(type, transactionVersion);
    case "CheckGenesis":
      return runtime.encode(type, facts.genesis);
    case "CheckMortality":
      return runtime.encode(type, facts.eraHash);
    default:
      return runtime.encode(type, undefined);
  }
}

export interface SigningFacts {
  readonly genesis: string;
  /** The hash of the block that the era begins with; the genesis for an immortal extrinsic. */
  readonly eraHash: string;
}

/** The bytes that a signature is over. */
export function signedPayload(runtime: Runtime, extrinsic: SignedExtrinsic, facts: SigningFacts): Uint8Array {
  const { signedExtensions } = runtime.definition.extrinsic;
  const payload = mergeUint8([
    extrinsic.callBytes,
    extrinsic.extra,
    ...signedExtensions.map((row) => additional(runtime, row.identifier, row.additionalSigned, facts)),
  ]);
  return payload.length > 256 ? Blake2256(payload) : payload;
}

/** An extrinsic without a signature, as a block's author adds it. */
export function bareExtrinsic(runtime: Runtime, call: Call): string {
  const value = { type: call.pallet, value: { type: call.name, value: call.args } };
  const body = mergeUint8([Uint8Array.from([4]), runtime.encode(runtime.definition.extrinsic.call, value)]);
  return toHex(mergeUint8([compactNumber.enc(body.length), body]));
}
