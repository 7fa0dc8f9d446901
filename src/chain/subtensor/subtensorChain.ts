import { setTimeout as sleep } from "node:timers/promises";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type {
  Chain,
  ChainAlarm,
  ChainFault,
  ChainMiner,
  ChainWeights,
  UidWeight,
  WeightOrder,
} from "../../flow/chain.ts";
import { heldOrder } from "../../flow/heldOrder.ts";
import { Endpoints } from "./connect/endpoints.ts";
import { type ChainState, chainAlarms, chainFaults, DRIFT_WARN_MS } from "./faults.ts";
import { Follower } from "./follow/follower.ts";
import { MetagraphKeeper } from "./follow/metagraphKeeper.ts";
import { LiveNode } from "./liveNode.ts";
import { type ChainMeasures, chainMeasures } from "./measures.ts";
import { Miners } from "./miners.ts";
import type { BlockRef, FinalizedBlock } from "./node.ts";
import type { SubtensorModules, SubtensorOptions, WeightsHook } from "./ports.ts";
import { needsOf } from "./probe/entries.ts";
import { presenceOf } from "./probe/presence.ts";
import { Publisher } from "./publisher.ts";

/** How long closing waits for the weights' part, ms. */
const CLOSE_MS = 3000;

/** A Bittensor chain: endpoints, the blocks they send, the metagraph, and what is done after each block. */
export class SubtensorChain implements Chain {
  readonly kind = "subtensor";
  readonly #options: SubtensorOptions;
  readonly #modules: SubtensorModules;
  readonly #measures: ChainMeasures;
  readonly #endpoints: Endpoints;
  readonly #follower: Follower;
  readonly #keeper: MetagraphKeeper;
  readonly #miners: Miners;
  readonly #weights: WeightsHook | null;
  readonly #publisher: Publisher | null;
  /** Whether the work after a block is under way, and whether another block came meanwhile. */
  #working = false;
  #again = false;
  #sending = false;
  /** The latest block after which nothing was sent yet. */
  #unsent: FinalizedBlock | null = null;
  #drifts = false;
  #lacks: readonly string[] | null = null;
  #stopped = false;

  constructor(options: SubtensorOptions, modules: SubtensorModules) {
    this.#options = options;
    this.#modules = modules;
    this.#measures = chainMeasures(modules.metrics);
    this.#miners = new Miners(options.validatorsMayMine);
    this.#endpoints = new Endpoints(options, this.#endpointModules());
    const { clock, log, signer } = modules;
    this.#follower = new Follower(options, {
      ...{ clock, log },
      run: (what, read) => this.#endpoints.run(what, read),
      registered: () => this.#keeper.registered(),
      upgraded: (metadata) => this.#upgraded(metadata),
      advanced: () => void this.#work(),
    });
    const node = new LiveNode(options, { endpoints: this.#endpoints, follower: this.#follower, signer });
    this.#keeper = new MetagraphKeeper({ clock, log, read: (at) => node.metagraph(at) });
    this.#weights = modules.weights?.(node) ?? null;
    const { publish: address, hotkey } = options;
    this.#publisher = address === null ? null : new Publisher({ address, hotkey }, { node, clock, log });
  }

  /** Null while the metagraph is unknown too: nobody is registered then, and nobody must be told so. */
  block(): number | null {
    return this.#keeper.metagraph === null ? null : (this.#follower.latest()?.number ?? null);
  }

  tempo(): number {
    return this.#keeper.tempo();
  }

  miners(): readonly ChainMiner[] {
    return this.#miners.of(this.#keeper.metagraph).list;
  }

  registered(): readonly ChainMiner[] {
    return this.#miners.of(this.#keeper.metagraph).registered;
  }

  isRegistered(hotkey: string): boolean {
    return this.#miners.of(this.#keeper.metagraph).hotkeys.has(hotkey);
  }

  ownerHotkey(): string | null {
    return this.#keeper.metagraph?.ownerHotkey ?? null;
  }

  get weights(): ChainWeights | undefined {
    return this.#weights ?? undefined;
  }

  timeMs(): number | null {
    return this.#follower.timeMs();
  }

  faults(): readonly ChainFault[] {
    return chainFaults(this.#state());
  }

  alarms(): readonly ChainAlarm[] {
    return chainAlarms(this.#state());
  }

  /** Blocks do this as they come; a call sees to what a failure left due. */
  async refresh(): Promise<void> {
    void this.#work();
  }

  /** Throws `endpoints_disagree`. */
  async submitWeights(order: WeightOrder): Promise<readonly UidWeight[]> {
    const { disagreement } = this.#endpoints;
    if (disagreement !== null) {
      const hashes = disagreement.hashes.map(({ endpoint, hash }) => `${endpoint}: ${hash}`);
      throw new AssayError({ code: "endpoints_disagree", block: disagreement.number, hashes });
    }
    if (this.#weights !== null) return this.#weights.submit(order);
    return heldOrder(order, this.#keeper.metagraph?.neurons ?? []).changed;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#publisher?.close();
    this.#endpoints.close();
  }

  async close(): Promise<void> {
    this.stop();
    const done = new AbortController();
    const closed = this.#weights?.close().catch((error: unknown) => {
      this.#modules.log.error("weights_not_closed", { cause: causeText(error) });
    });
    await Promise.race([closed, sleep(CLOSE_MS, undefined, { signal: done.signal }).catch(() => {})]);
    done.abort();
  }

  #endpointModules(): ConstructorParameters<typeof Endpoints>[1] {
    const { clock, random, log } = this.#modules;
    return {
      ...{ clock, random, log },
      counted: (outcome) => this.#measures.request(outcome),
      disagreed: () => this.#measures.disagreed(),
      switched: (place) => this.#measures.switched(place),
      best: (block: BlockRef) => void this.#follower.best(block),
      finalized: (block, isNewRuntime) => this.#follower.finalized(block, isNewRuntime),
      ticked: () => this.#ticked(),
    };
  }

  /** Says at once what a runtime lacks, not only when it is asked for. */
  #upgraded(metadata: Uint8Array): void {
    const { mechanism, weightsSetting: weights, publish } = this.#options;
    const { lacks } = presenceOf(metadata, needsOf({ mechanism, weights, publishes: publish !== null }));
    const isFirst = this.#lacks === null;
    this.#lacks = lacks
      .filter(({ isOptional }) => !isOptional)
      .map((lack) => `${lack.entry} (for ${lack.for})`);
    if (this.#lacks.length > 0) this.#modules.log.error("chain_runtime_lacks", { lacks: this.#lacks });
    else if (!isFirst) this.#modules.log.info("chain_runtime_upgraded", {});
  }

  #ticked(): void {
    this.#measures.block(this.#follower.ageMs(), this.#follower.driftMs());
    this.#measures.metagraph(this.#keeper.ageMs(), this.#keeper.metagraph?.neurons.length ?? 0);
    const driftMs = this.#follower.driftMs();
    const drifts = driftMs !== null && Math.abs(driftMs) > DRIFT_WARN_MS;
    if (drifts === this.#drifts) return;
    this.#drifts = drifts;
    this.#modules.log[drifts ? "warn" : "info"](drifts ? "clock_drift" : "clock_drift_over", {
      drift_ms: Math.round(driftMs ?? 0),
    });
  }

  /** The metagraph after a finalised block, one read at a time; blocks that come meanwhile make one more. */
  async #work(): Promise<void> {
    this.#again = true;
    if (this.#working) return;
    this.#working = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const at = this.#follower.latest();
      if (at === null) continue;
      await this.#keeper.refresh(at);
      void this.#send(at);
    }
    this.#working = false;
  }

  /** What is sent after a block, one look at a time; of the blocks that come meanwhile the last one is looked at too. */
  async #send(at: FinalizedBlock): Promise<void> {
    this.#unsent = at;
    if (this.#sending) return;
    this.#sending = true;
    while (this.#unsent !== null && !this.#stopped) {
      const block = this.#unsent;
      this.#unsent = null;
      await this.#sendAfter(block);
    }
    this.#sending = false;
  }

  /** An address and weights wait for each other only where they take the hotkey's next nonce. */
  async #sendAfter(at: FinalizedBlock): Promise<void> {
    if (this.#endpoints.disagreement !== null) return;
    try {
      void this.#publisher?.tick(at);
      await this.#weights?.tick();
    } catch (error) {
      this.#modules.log.error("weights_failed", { cause: causeText(error) });
    }
  }

  #state(): ChainState {
    const latest = this.#follower.latest();
    const { metagraph } = this.#keeper;
    const due = metagraph === null || latest === null ? 0 : latest.number - metagraph.block.number;
    return {
      blockAgeMs: this.#follower.ageMs(),
      staleAfterMs: this.#options.staleAfterMs,
      isHeightKnown: latest !== null,
      endpoints: this.#endpoints.all,
      hasMetagraph: metagraph !== null,
      metagraphFault: this.#keeper.fault?.message ?? null,
      metagraphLateBlocks: Math.max(0, due - this.#keeper.tempo()),
      tempo: this.#keeper.tempo(),
      driftMs: this.#follower.driftMs(),
      driftMostMs: this.#options.driftMostMs,
      disagreement: this.#endpoints.disagreement,
      lacks: this.#lacks ?? [],
    };
  }
}
