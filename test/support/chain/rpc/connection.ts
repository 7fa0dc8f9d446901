import type { WebSocket } from "ws";
import type { Distort } from "../node/runtimeCalls.ts";
import { archiveMethods } from "./archive.ts";
import { ChainHead } from "./chainHead.ts";
import type { Faults } from "./faults.ts";
import { distortMetagraph } from "./faults.ts";
import { Heads } from "./heads.ts";
import { legacyMethods } from "./legacy.ts";
import {
  faultOf,
  methodNotFound,
  notificationOf,
  type Request,
  RpcFault,
  readRequest,
  resultOf,
} from "./message.ts";
import { Transactions } from "./transactions.ts";
import type { View } from "./view.ts";

type Methods = Readonly<Record<string, (params: readonly unknown[]) => unknown>>;

function chainSpecMethods(view: View): Methods {
  return {
    chainSpec_v1_chainName: () => "Bittensor double",
    chainSpec_v1_genesisHash: () => view.genesis,
    chainSpec_v1_properties: () => ({ ss58Format: 42, tokenDecimals: 9, tokenSymbol: "TAO" }),
  };
}

const usedNonce = { success: false, value: { type: "Invalid", value: { type: "Stale" } } };

/** Tells the double what to do, through any endpoint and whatever its faults. */
export const CONTROL_METHOD = "double_control";

/** One socket: requests in, answers and events out, as the endpoint's faults let them. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #faults: Faults;
  readonly #head: ChainHead;
  readonly #heads: Heads;
  readonly #transactions: Transactions;
  readonly #methods: Methods;
  readonly #control: (command: unknown) => Promise<unknown>;
  #second = 0;
  #requests = 0;

  constructor(
    socket: WebSocket,
    view: View,
    faults: Faults,
    control: (command: unknown) => Promise<unknown>,
  ) {
    this.#socket = socket;
    this.#faults = faults;
    this.#control = control;
    const distort: Distort = (call, value) => {
      if (faults.refuse.includes(call)) throw new Error(`Execution failed: ${call} is not allowed here`);
      if (faults.nonceErrors && call === "TaggedTransactionQueue_validate_transaction") return usedNonce;
      return /_get_(metagraph|neurons_lite)$/.test(call) ? distortMetagraph(faults.metagraph, value) : value;
    };
    this.#head = new ChainHead(view, distort, (id, event) =>
      this.#send(notificationOf("chainHead_v1_followEvent", id, event)),
    );
    this.#heads = new Heads(view, (method, id, header) => this.#send(notificationOf(method, id, header)));
    this.#transactions = new Transactions(view, faults);
    this.#methods = {
      rpc_methods: () => ({ methods: this.#advertised() }),
      ...chainSpecMethods(view),
      ...this.#head.methods,
      ...this.#transactions.methods,
      ...legacyMethods(view, distort),
      ...this.#heads.methods,
      ...archiveMethods(view, distort, (id, event) =>
        this.#send(notificationOf("archive_v1_storageEvent", id, event)),
      ),
    };
    socket.on("message", (data) => this.#receive(String(data)));
  }

  /** Tells what is new. */
  sync(): void {
    if (this.#faults.silent || this.#faults.halfOpen) return;
    this.#transactions.retry();
    this.#head.sync();
    this.#heads.sync();
  }

  /** Stops taking anything off the socket, or takes it again. */
  pause(isPaused: boolean): void {
    if (isPaused) this.#socket.pause();
    else this.#socket.resume();
  }

  stopFollows(): void {
    this.#head.stop();
  }

  close(): void {
    this.#socket.terminate();
  }

  #advertised(): string[] {
    return Object.keys(this.#methods).filter((name) => !this.#isMissing(name));
  }

  #receive(text: string): void {
    const request = readRequest(text);
    if (request?.method === CONTROL_METHOD) void this.#obey(request);
    else if (request !== null && !this.#faults.silent) this.#send(this.#answer(request));
  }

  async #obey({ id, params }: Request): Promise<void> {
    const answer = await this.#control(params[0]).then(
      (result) => resultOf(id, result),
      (error) => faultOf(id, error),
    );
    this.#socket.send(answer);
  }

  #answer({ id, method, params }: Request): string {
    const answer = this.#methods[method];
    const isRefused = this.#faults.refuse.includes(method) || this.#isMissing(method);
    try {
      if (this.#isOverLimit()) throw new RpcFault(-32999, "Too many requests");
      if (answer === undefined || isRefused) throw methodNotFound();
      return resultOf(id, answer(params));
    } catch (fault) {
      return faultOf(id, fault);
    }
  }

  #isMissing(name: string): boolean {
    return this.#faults.missing.some((missing) => name.startsWith(missing));
  }

  #isOverLimit(): boolean {
    const limit = this.#faults.requestsPerSecond;
    if (limit === null) return false;
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) this.#requests = 0;
    this.#second = second;
    return ++this.#requests > limit;
  }

  #send(text: string): void {
    const { silent, halfOpen, slowMs } = this.#faults;
    if (silent || halfOpen) return;
    const send = (): void => {
      if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text);
    };
    if (slowMs > 0) setTimeout(send, slowMs).unref();
    else send();
  }
}
