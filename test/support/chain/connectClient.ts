import { createClient, type PolkadotClient, type PolkadotSigner } from "polkadot-api";
import { getPolkadotSigner } from "polkadot-api/signer";
import { getWsProvider } from "polkadot-api/ws";
import { keypairOfUri } from "../../../src/keys/uri.ts";

export interface TransactionOutcome {
  readonly ok: boolean;
  readonly block: { readonly number: number; readonly hash: string };
  readonly events: readonly { readonly type: string; readonly value: { readonly type: string } }[];
  readonly dispatchError?: {
    readonly value: { readonly type: string; readonly value: { readonly type: string } };
  };
}

export interface TransactionOptions {
  readonly nonce?: number;
  readonly mortality?: { readonly mortal: true; readonly period: number } | { readonly mortal: false };
}

export interface UnsafeTransaction {
  sign(signer: PolkadotSigner, options?: TransactionOptions): Promise<Uint8Array>;
  signAndSubmit(signer: PolkadotSigner, options?: TransactionOptions): Promise<TransactionOutcome>;
}

interface StorageEntry {
  getValue(...keys: unknown[]): Promise<unknown>;
  getEntries(...keys: unknown[]): Promise<readonly { keyArgs: unknown[]; value: unknown }[]>;
}

type Entries<Entry> = Readonly<Record<string, Readonly<Record<string, Entry>>>>;

/** The library's untyped view of a chain: every entry by its name. */
export interface UnsafeApi {
  readonly query: Entries<StorageEntry>;
  readonly apis: Entries<(...args: unknown[]) => Promise<unknown>>;
  readonly tx: Entries<(args: Readonly<Record<string, unknown>>) => UnsafeTransaction>;
}

export interface ConnectedClient {
  readonly client: PolkadotClient;
  readonly api: UnsafeApi;
  /** A storage value of the subnet pallet at the best block. */
  read(name: string, ...keys: unknown[]): Promise<unknown>;
  call(name: string, args: Readonly<Record<string, unknown>>): UnsafeTransaction;
}

/** polkadot-api against an endpoint, as a validator uses it. */
export function connectClient(url: string): ConnectedClient {
  const client = createClient(getWsProvider(url));
  const api = client.getUnsafeApi() as unknown as UnsafeApi;
  const entry = <Entry>(entries: Entries<Entry>, name: string): Entry => {
    const found = entries.SubtensorModule?.[name];
    if (found === undefined) throw new Error(`no entry ${name}`);
    return found;
  };
  return {
    client,
    api,
    read: (name, ...keys) => entry(api.query, name).getValue(...keys, { at: "best" }),
    call: (name, args) => entry(api.tx, name)(args),
  };
}

export interface TestAccount {
  readonly address: string;
  readonly publicKey: Uint8Array;
  readonly signer: PolkadotSigner;
}

/** A development account, such as `//Alice`. */
export async function testAccount(uri: string): Promise<TestAccount> {
  const pair = await keypairOfUri(uri);
  const signer = getPolkadotSigner(pair.publicKey, "Sr25519", (message) => pair.sign(message));
  return { address: pair.hotkey, publicKey: pair.publicKey, signer };
}
