/** What one node is asked, by the names of its runtime's metadata; values are as the client library decodes them. */
export interface NodeApi {
  storage(pallet: string, entry: string, keys: readonly unknown[], at: string): Promise<unknown>;
  /** A call of a runtime API. */
  call(api: string, method: string, args: readonly unknown[], at: string): Promise<unknown>;
  /** The bytes under a storage key, hex with 0x; null where there are none. */
  raw(key: string, at: string): Promise<string | null>;
  constant(pallet: string, name: string): Promise<unknown>;
  /** The raw metadata of the runtime at a block. */
  metadata(at: string): Promise<Uint8Array>;
  /** A JSON-RPC method by its name, for what no runtime answers. */
  rpc(method: string, params: readonly unknown[]): Promise<unknown>;
  /** A signed extrinsic, mortal from the block `at` on. */
  sign(call: ChainCall, signer: CallSigner, options: SignOptions): Promise<Uint8Array>;
  /** Broadcasts and watches an extrinsic; returns what ends the watch. */
  submit(extrinsic: Uint8Array, watch: SubmitWatch): () => void;
}

/** A call of a pallet. */
export interface ChainCall {
  readonly pallet: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** An sr25519 key that signs. */
export interface CallSigner {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export interface SignOptions {
  readonly nonce: number;
  readonly at: string;
  /** A power of two. */
  readonly blocks: number;
}

/** What the library reports of an extrinsic that it watches. */
export interface SubmitWatch {
  readonly next: (event: unknown) => void;
  readonly error: (cause: unknown) => void;
}
