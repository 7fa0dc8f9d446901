import { createClient, type PolkadotClient } from "polkadot-api";
import { getPolkadotSigner } from "polkadot-api/signer";
import { getWsProvider, WsEvent } from "polkadot-api/ws";
import { causeText } from "../../../core/problems/assayError.ts";
import type { BlockRef } from "../node.ts";
import { withDeadline } from "./deadline.ts";
import type { MetadataCache } from "./metadataCache.ts";
import type { CallSigner, ChainCall, NodeApi, SignOptions, SubmitWatch } from "./nodeApi.ts";
import { type SessionSockets, sessionSockets } from "./socket.ts";

export interface SessionOptions {
  readonly url: string;
  readonly genesis: string;
  readonly connectMs: number;
  readonly requestMs: number;
  readonly canFollow: boolean;
  readonly metadata: MetadataCache;
}

export interface SessionEvents {
  readonly best: (block: BlockRef) => void;
  /** `isNewRuntime`: the runtime changed at this block. */
  readonly finalized: (block: BlockRef, isNewRuntime: boolean) => void;
  /** Once; nothing is reported afterwards. `otherGenesis` names the chain that the node serves instead. */
  readonly ended: (why: string, otherGenesis: string | null) => void;
  readonly followRefused: () => void;
}

type Api = ReturnType<PolkadotClient["getUnsafeApi"]>;
type Unsubscribable = { unsubscribe(): void };

/**
 * How long a finalised block can be read after it arrived. Nodes end a session that holds one for more than 60 s, of which
 * it was new and best for up to 36.
 */
const HOLD_MS = 20_000;
const HELD_MOST = 128;

/** One connection to a node, from its opening to its first fault; it is never reconnected. */
export class Session {
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #sockets: SessionSockets;
  readonly #client: PolkadotClient;
  #connection: { disconnect(): void } | null = null;
  readonly #stop = new AbortController();
  readonly #follows: Unsubscribable[] = [];
  /** Finalised blocks that are held for reads, by what lets go of them. */
  readonly #held = new Set<NodeJS.Timeout>();

  constructor(options: SessionOptions, events: SessionEvents) {
    this.#options = options;
    this.#events = events;
    const { connectMs, canFollow } = options;
    this.#sockets = sessionSockets({ connectMs, canFollow, followRefused: events.followRefused });
    const provider = getWsProvider(options.url, {
      websocketClass: this.#sockets.socketClass,
      timeout: connectMs,
      // Silence is judged by blocks, where the session is used.
      heartbeatTimeout: 2_147_000_000,
      onStatusChanged: (status) => {
        if (status.type === WsEvent.ERROR || status.type === WsEvent.CLOSE)
          this.end(`the connection ended${eventText(status.event)}`);
      },
    });
    this.#client = createClient((onMessage) => {
      const connection = provider(onMessage);
      this.#connection = connection;
      return connection;
    }, options.metadata);
    void this.#start();
  }

  /** Ends the session; what is under way rejects. */
  end(why: string, otherGenesis: string | null = null): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(new Error(why));
    this.#events.ended(why, otherGenesis);
    for (const follow of this.#follows.splice(0)) follow.unsubscribe();
    for (const timer of this.#held) clearTimeout(timer);
    // After the library's own handling of the event that led here.
    setImmediate(() => this.#disconnect());
  }

  /** Runs a read with a deadline of its own. */
  run<T>(what: string, read: (api: NodeApi) => Promise<T>): Promise<T> {
    return withDeadline(what, this.#options.requestMs, this.#stop.signal, read(this.#api));
  }

  /** Runs what has a deadline of its own; what it submits ends with the session. */
  watch<T>(work: (api: NodeApi) => Promise<T>): Promise<T> {
    return work(this.#api);
  }

  /** A JSON-RPC request by its name. */
  request(method: string, params: unknown[]): Promise<unknown> {
    return withDeadline(
      method,
      this.#options.requestMs,
      this.#stop.signal,
      this.#client._request<unknown>(method, params),
    );
  }

  /**
   * Only the connection is taken from the client. One that is destroyed while it sets out to follow tries once more, and what that
   * throws from its timer nobody could catch; one that hears nothing more does nothing more.
   */
  #disconnect(): void {
    this.#connection?.disconnect();
    this.#sockets.destroy();
  }

  async #start(): Promise<void> {
    try {
      const genesis = await this.#genesis();
      if (genesis !== this.#options.genesis)
        return this.end(`its genesis is ${genesis}, not ${this.#options.genesis}`, genesis);
      this.#follow();
    } catch (error) {
      this.end(causeText(error));
    }
  }

  async #genesis(): Promise<string> {
    const known = await this.request("chainSpec_v1_genesisHash", []).catch((error: unknown) => {
      if (this.#stop.signal.aborted) throw error;
      return this.request("chain_getBlockHash", [0]);
    });
    return String(known).toLowerCase();
  }

  #follow(): void {
    if (this.#stop.signal.aborted) return;
    const failed = (cause: unknown): void => this.end(`following its blocks failed: ${causeText(cause)}`);
    this.#follows.push(
      this.#client.finalizedBlock$.subscribe({
        next: ({ number, hash, hasNewRuntime }) => {
          this.#hold(hash);
          this.#events.finalized({ number, hash }, hasNewRuntime);
        },
        error: failed,
        complete: () => this.end("it stopped sending blocks"),
      }),
      this.#client.bestBlocks$.subscribe({
        next: ([best]) => {
          if (best !== undefined) this.#events.best({ number: best.number, hash: best.hash });
        },
        error: failed,
      }),
    );
  }

  #hold(hash: string): void {
    if (this.#held.size >= HELD_MOST) return;
    try {
      const release = this.#client.hodlBlock(hash);
      const timer = setTimeout(() => {
        this.#held.delete(timer);
        release();
      }, HOLD_MS);
      this.#held.add(timer);
    } catch {
      // Gone already; what reads at it is told so.
    }
  }

  get #unsafe(): Api {
    return this.#client.getUnsafeApi();
  }

  readonly #api: NodeApi = {
    storage: (pallet, entry, keys, at) => {
      const found = this.#unsafe.query[pallet]?.[entry];
      return found === undefined ? missing(`${pallet}.${entry}`) : found.getValue(...keys, { at });
    },
    call: (api, method, args, at) => {
      const found = this.#unsafe.apis[api]?.[method];
      return found === undefined ? missing(`${api}.${method}`) : found(...args, { at });
    },
    constant: (pallet, name) => {
      const found = this.#unsafe.constants[pallet]?.[name];
      return found === undefined ? missing(`${pallet}.${name}`) : found();
    },
    raw: (key, at) => this.#client.rawQuery(key, { at }),
    metadata: (at) => this.#client.getMetadata(at),
    rpc: (method, params) => this.#client._request<unknown>(method, [...params]),
    sign: (call, signer, options) => this.#sign(call, signer, options),
    submit: (extrinsic, watch) => this.#submit(extrinsic, watch),
  };

  async #sign(
    { pallet, name, args }: ChainCall,
    signer: CallSigner,
    { nonce, at, blocks }: SignOptions,
  ): Promise<Uint8Array> {
    const found = this.#unsafe.tx[pallet]?.[name];
    if (found === undefined) return missing(`${pallet}.${name}`);
    const key = getPolkadotSigner(signer.publicKey, "Sr25519", (message) => signer.sign(message));
    return found(args).sign(key, { nonce, at, mortality: { mortal: true, period: blocks } });
  }

  #submit(extrinsic: Uint8Array, watch: SubmitWatch): () => void {
    const stopped = (): void => watch.error(this.#stop.signal.reason);
    const watched = this.#client.submitAndWatch(extrinsic).subscribe(watch);
    this.#stop.signal.addEventListener("abort", stopped, { once: true });
    return () => {
      this.#stop.signal.removeEventListener("abort", stopped);
      watched.unsubscribe();
    };
  }
}

function missing(entry: string): Promise<never> {
  return Promise.reject(new Error(`Runtime entry ${entry} not found`));
}

/** What a socket's event says, where it says anything. */
function eventText(event: unknown): string {
  const inner = (event as { readonly event?: unknown } | null)?.event ?? event;
  const { message, reason, code, type } = (inner ?? {}) as Readonly<Record<string, unknown>>;
  const said = [message, reason, code, type].find((part) => part !== undefined && part !== "");
  return said === undefined ? "" : ` (${String(said)})`;
}
