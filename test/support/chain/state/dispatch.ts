import type { Arguments, Call } from "../runtime/extrinsic.ts";
import type { State } from "./state.ts";

/** A call failed as the chain's pallet fails it. */
export class PalletError extends Error {
  readonly pallet: string;

  constructor(name: string, pallet = "SubtensorModule") {
    super(name);
    this.pallet = pallet;
  }
}

export interface EventValue {
  readonly pallet: string;
  readonly name: string;
  readonly value: unknown;
}

/** Where a call is run: the state it changes, the block that it is in, who signed it. */
export interface Dispatch {
  readonly state: State;
  readonly block: number;
  readonly signer: string;
  emit(event: EventValue): void;
}

export function ensure(holds: boolean, error: string): void {
  if (!holds) throw new PalletError(error);
}

/** The arguments of a call, with the types that the rules want. */
export class CallArguments {
  readonly #args: Arguments;

  constructor(args: Arguments) {
    this.#args = args;
  }

  number(name: string): number {
    return Number(this.#args[name] ?? 0);
  }

  numbers(name: string): number[] {
    const list = this.#args[name];
    return Array.isArray(list) ? list.map(Number) : [];
  }

  big(name: string): bigint {
    const value = this.#args[name];
    return typeof value === "bigint" ? value : BigInt(Number(value ?? 0));
  }

  raw(name: string): unknown {
    return this.#args[name];
  }

  /** A call within the call. */
  call(name: string): Call {
    const pallet = this.#args[name] as { type: string; value: { type: string; value: Arguments } };
    return { pallet: pallet.type, name: pallet.value.type, args: pallet.value.value };
  }

  text(name: string): string {
    return String(this.#args[name]);
  }

  bytes(name: string): Uint8Array {
    const value = this.#args[name];
    return value instanceof Uint8Array ? value : new Uint8Array();
  }
}
