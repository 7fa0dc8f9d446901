import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Endpoints } from "./connect/endpoints.ts";
import type { CallSigner, NodeApi } from "./connect/nodeApi.ts";
import type { Follower } from "./follow/follower.ts";
import type {
  BlockRef,
  BroadcastEnd,
  Disagreement,
  FinalizedBlock,
  HashCommit,
  Metagraph,
  ServeCall,
  SignedCall,
  SubtensorNode,
  TimelockedCommit,
  WeightCall,
  WeightLimits,
} from "./node.ts";
import { agree, suspicionOf } from "./read/believe.ts";
import { readLimits } from "./read/limits.ts";
import { readMetagraph } from "./read/metagraph.ts";
import { readNonce, stateNonce } from "./read/nonce.ts";
import { readAxon } from "./read/publishedAxon.ts";
import { readLastPulseRound, readPulse } from "./read/pulses.ts";
import { readSchedule } from "./read/schedule.ts";
import type { Subnet } from "./read/subnet.ts";
import { readHashCommits, readTimelockedCommits, readWeights } from "./read/weights.ts";
import { watchBroadcast } from "./send/broadcast.ts";
import { serveCall } from "./send/serveCall.ts";
import { type SigningOptions, signFirst } from "./send/sign.ts";
import { chainCalls } from "./send/weightCalls.ts";
import type { ScheduleState } from "./timelock/schedule.ts";

export interface LiveNodeOptions extends Subnet {
  /** The validator's own. */
  readonly hotkey: string;
  readonly blockMs: number;
}

export interface LiveNodeModules {
  readonly endpoints: Pick<Endpoints, "run" | "runBy" | "runElsewhere" | "watch" | "disagreement">;
  readonly follower: Pick<Follower, "latest">;
  /** Loads the hotkey's secret; called once something is to be signed. */
  readonly signer: () => Promise<CallSigner>;
}

/** Blocks that a broadcast is watched for. */
const WATCH_BLOCKS = 16;
const RETRY_AFTER_S = 12;

/** The node behind whichever endpoint is in use. */
export class LiveNode implements SubtensorNode {
  readonly #options: LiveNodeOptions;
  readonly #modules: LiveNodeModules;
  /** The last one that was believed. */
  #believed: Metagraph | null = null;
  #signer: Promise<CallSigner> | null = null;

  constructor(options: LiveNodeOptions, modules: LiveNodeModules) {
    this.#options = options;
    this.#modules = modules;
  }

  finalized(): FinalizedBlock | null {
    return this.#modules.follower.latest();
  }

  disagreement(): Disagreement | null {
    return this.#modules.endpoints.disagreement;
  }

  /** Read once per block. One that is empty or less than half as large as the last one is believed only when another endpoint says the same. */
  async metagraph(at: BlockRef): Promise<Metagraph> {
    if (this.#believed?.block.hash === at.hash) return this.#believed;
    const { endpoints } = this.#modules;
    const read = (api: NodeApi): Promise<Metagraph> => readMetagraph(api, at, this.#options);
    const { value, endpoint } = await endpoints.runBy("the metagraph", read);
    const suspicion = suspicionOf(value, this.#believed);
    if (suspicion !== null) {
      const second = await endpoints.runElsewhere("the metagraph", endpoint, read);
      if (second === null)
        throw doubted(`${suspicion}, and there is no other healthy endpoint that could confirm it`);
      if (!agree(value, second.value)) {
        if (suspicionOf(second.value, this.#believed) !== null)
          throw doubted(`${suspicion}, and ${second.endpoint} says otherwise`);
        this.#believed = second.value;
        return second.value;
      }
    }
    this.#believed = value;
    return value;
  }

  async limits(at: BlockRef, hotkey: string): Promise<WeightLimits> {
    const metagraph = await this.metagraph(at);
    return this.#read("the limits of weights", (api) =>
      readLimits(api, at, this.#options, hotkey, metagraph),
    );
  }

  schedule(at: BlockRef): Promise<ScheduleState> {
    return this.#read("the epoch schedule", (api) => readSchedule(api, at, this.#options));
  }

  weightsOf(at: BlockRef, uid: number): Promise<readonly { readonly uid: number; readonly u16: number }[]> {
    return this.#read("Weights", (api) => readWeights(api, at, this.#options, uid));
  }

  hashCommits(at: BlockRef, hotkey: string): Promise<readonly HashCommit[]> {
    return this.#read("WeightCommits", (api) => readHashCommits(api, at, this.#options, hotkey));
  }

  timelockedCommits(at: BlockRef, hotkey: string, epoch: number): Promise<readonly TimelockedCommit[]> {
    return this.#read("TimelockedWeightCommits", (api) =>
      readTimelockedCommits(api, at, this.#options, hotkey, epoch),
    );
  }

  pulse(at: BlockRef, round: number): Promise<string | null> {
    return this.#read("Drand.Pulses", (api) => readPulse(api, at, round));
  }

  lastPulseRound(at: BlockRef): Promise<number> {
    return this.#read("Drand.LastStoredRound", (api) => readLastPulseRound(api, at));
  }

  axonOf(at: BlockRef, hotkey: string): Promise<{ readonly ip: string; readonly port: number } | null> {
    return this.#read("Axons", (api) => readAxon(api, at, this.#options, hotkey));
  }

  nextNonce(): Promise<number> {
    return this.#read("the next nonce", (api) => readNonce(api, this.#options.hotkey));
  }

  nonceAt(at: BlockRef): Promise<number> {
    return this.#read("the nonce at a block", (api) => stateNonce(api, at.hash, this.#options.hotkey));
  }

  async sign(call: WeightCall | ServeCall, options: SigningOptions): Promise<SignedCall> {
    this.#signer ??= this.#modules.signer();
    const signer = await this.#signer.catch((error: unknown) => {
      // A file that could not be read may be there at the next try.
      this.#signer = null;
      throw error;
    });
    const { netuid } = this.#options;
    const calls = call.kind === "serve" ? [serveCall(call, netuid)] : chainCalls(call, this.#options);
    return this.#read("signing", (api) => signFirst(api, calls, signer, options));
  }

  async broadcast(bytes: string, signal: AbortSignal): Promise<BroadcastEnd> {
    const extrinsic = Uint8Array.from(Buffer.from(bytes.replace(/^0x/, ""), "hex"));
    const watchMs = WATCH_BLOCKS * this.#options.blockMs;
    try {
      return await this.#modules.endpoints.watch((api) => watchBroadcast(api, extrinsic, signal, watchMs));
    } catch (error) {
      return { kind: "unknown", why: causeText(error) };
    }
  }

  #read<T>(what: string, read: (api: NodeApi) => Promise<T>): Promise<T> {
    return this.#modules.endpoints.run(what, read);
  }
}

function doubted(cause: string): AssayError {
  return new AssayError({ code: "chain_unavailable", retry_after_s: RETRY_AFTER_S, cause_text: cause });
}
