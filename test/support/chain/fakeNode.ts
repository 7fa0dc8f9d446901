import type {
  BlockRef,
  BroadcastEnd,
  FinalizedBlock,
  HashCommit,
  Metagraph,
  SignedCall,
  SubtensorNode,
  TimelockedCommit,
  WeightCall,
  WeightLimits,
} from "../../../src/chain/subtensor/node.ts";
import type { ScheduleState } from "../../../src/chain/subtensor/timelock/schedule.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import { type FakeChain, type FakeExtrinsic, NETUID } from "./fakeChain.ts";

/** What happens to a call: it fails before or after its effect, or is never answered. */
export type Fault = "none" | "fails" | "lost" | "hangs" | "hangs_after";

/** A node of the fake chain as one process sees it. */
export class FakeNode implements SubtensorNode {
  readonly chain: FakeChain;
  readonly hotkey: string;
  /** Asked at each call. */
  fault: (name: string) => Fault = () => "none";
  /** Calls so far, by name. */
  readonly calls: string[] = [];
  readonly signed = new Map<string, FakeExtrinsic>();
  /** Whether what is broadcast reaches the pool. */
  reaches = true;
  isStale = false;

  constructor(chain: FakeChain, hotkey: string) {
    this.chain = chain;
    this.hotkey = hotkey;
  }

  finalized(): FinalizedBlock | null {
    const { number, hash, timeMs } = this.chain.final;
    return this.isStale ? null : { number, hash, timeMs };
  }

  disagreement(): null {
    return null;
  }

  async axonOf(): Promise<null> {
    return null;
  }

  async #call<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    this.calls.push(name);
    const fault = this.fault(name);
    if (fault === "fails") throw new Error(`${name} failed`);
    if (fault === "hangs") return new Promise<T>(() => {});
    const result = await work();
    if (fault === "lost") throw new Error(`${name} was lost`);
    return fault === "hangs_after" ? new Promise<T>(() => {}) : result;
  }

  metagraph(at: BlockRef): Promise<Metagraph> {
    return this.#call("metagraph", () => {
      const block = this.chain.at(at);
      const rest = { coldkey: "c", stake: 1, axon: null, incentive: 0, dividends: 0 };
      const neurons = block.settings.neurons.map((neuron) => ({
        ...neuron,
        ...rest,
        lastUpdate: block.state.lastUpdate.get(neuron.uid) ?? 0,
      }));
      const { tempo, ownerHotkey } = block.settings;
      return { netuid: NETUID, block: at, tempo, ownerHotkey, neurons };
    });
  }

  limits(at: BlockRef, hotkey: string): Promise<WeightLimits> {
    return this.#call("limits", () => {
      const { settings, state } = this.chain.at(at);
      const { neurons, ownerHotkey, tempo: _tempo, lastRound: _round, ...rest } = settings;
      const uid = this.chain.uidOf(hotkey, settings);
      const permit = neurons.find((neuron) => neuron.uid === uid)?.permit ?? false;
      const lastUpdate = state.lastUpdate.get(uid ?? -1) ?? 0;
      return { ...rest, neurons: neurons.length, uid, permit, isOwner: hotkey === ownerHotkey, lastUpdate };
    });
  }

  schedule(at: BlockRef): Promise<ScheduleState> {
    return this.#call("schedule", () => {
      const { settings, state } = this.chain.at(at);
      const { tempo, revealPeriodEpochs } = settings;
      return { ...state.schedule, tempo, block: at.number, revealPeriodEpochs };
    });
  }

  weightsOf(at: BlockRef, uid: number): ReturnType<SubtensorNode["weightsOf"]> {
    return this.#call("weightsOf", () => this.chain.at(at).state.weights.get(uid) ?? []);
  }

  hashCommits(at: BlockRef, hotkey: string): Promise<readonly HashCommit[]> {
    return this.#call("hashCommits", () => this.chain.at(at).state.hashCommits.get(hotkey) ?? []);
  }

  timelockedCommits(at: BlockRef, hotkey: string, epoch: number): Promise<readonly TimelockedCommit[]> {
    return this.#call("timelockedCommits", () =>
      (this.chain.at(at).state.timelocked.get(epoch) ?? [])
        .filter((entry) => entry.hotkey === hotkey)
        .map(({ block, commit, round }) => ({ block, commit, round })),
    );
  }

  /** The beacon's key is not known here: a signature that opens nothing. */
  pulse(at: BlockRef, round: number): Promise<string | null> {
    return this.#call("pulse", () =>
      round <= this.chain.roundAt(at.number) ? `0x${"00".repeat(48)}` : null,
    );
  }

  lastPulseRound(at: BlockRef): Promise<number> {
    return this.#call("lastPulseRound", () => this.chain.roundAt(at.number));
  }

  nextNonce(): Promise<number> {
    return this.#call("nextNonce", () => this.chain.nextNonce(this.hotkey));
  }

  nonceAt(at: BlockRef): Promise<number> {
    return this.#call("nonceAt", () => this.chain.at(at).state.nonces.get(this.hotkey) ?? 0);
  }

  sign(
    call: WeightCall,
    { nonce, at, blocks }: { readonly nonce: number; readonly at: BlockRef; readonly blocks: number },
  ): Promise<SignedCall> {
    return this.#call("sign", () => {
      const untilBlock = at.number + blocks - 1;
      const tx: FakeExtrinsic = { hotkey: this.hotkey, call, nonce, from: at.number, until: untilBlock };
      const bytes = `0x${Buffer.from(JSON.stringify(tx)).toString("hex")}`;
      return { bytes, hash: `0x${sha256Hex(bytes)}`, untilBlock };
    });
  }

  async broadcast(bytes: string, signal: AbortSignal): Promise<BroadcastEnd> {
    const hash = `0x${sha256Hex(bytes)}`;
    const tx = JSON.parse(Buffer.from(bytes.slice(2), "hex").toString()) as FakeExtrinsic;
    this.signed.set(hash, tx);
    try {
      return await this.#call("broadcast", () => {
        const refused = this.reaches ? this.chain.submit(hash, tx) : null;
        return refused === null ? this.#watched(hash, signal) : { kind: "refused", ...refused };
      });
    } catch (error) {
      return { kind: "unknown", why: String(error) };
    }
  }

  /** Looks after each turn of the event loop; the test moves the chain. */
  async #watched(hash: string, signal: AbortSignal): Promise<BroadcastEnd> {
    while (!signal.aborted) {
      const found = this.chain.inclusionOf(hash);
      if (found !== null) {
        const { number, hash: blockHash } = found.block;
        return { kind: "finalized", block: { number, hash: blockHash }, error: found.error };
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { kind: "unknown", why: "aborted" };
  }
}
