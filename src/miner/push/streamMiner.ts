import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Random } from "../../core/random.ts";
import type { JobOrder } from "../../flow/job.ts";
import type { Keypair } from "../../keys/keypair.ts";
import { ValidatorClient } from "../client.ts";
import { ReconnectDelay } from "../reconnectDelay.ts";
import { countRefusal, type MinerTally, newMinerTally } from "../tally.ts";
import { circuitsOf, kindsOf, noKindText } from "./circuits.ts";
import { answerFrame, failFrame, helloFrame, readFrame } from "./frames.ts";
import { holdStream, type Send, type StreamEnd, type StreamTimes } from "./holdStream.ts";
import type { Prover } from "./prover.ts";
import { type Done, Workbench } from "./workbench.ts";

export interface StreamMinerOptions {
  readonly url: string;
  readonly keypair: Keypair;
  readonly lane: string;
  /** Jobs at once; as many again may wait. */
  readonly capacity: number;
  readonly signal: AbortSignal;
  /** 20 s and 60 s unless given. */
  readonly times?: StreamTimes;
}

export interface StreamMinerModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly prover: Prover;
  /** Called after every change of the tally. */
  readonly changed: (tally: MinerTally) => void;
  /** Waits before it dials again; returns early once the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

const TIMES: StreamTimes = { pingMs: 20_000, silentMs: 60_000 };
/** Refusals that last longer than seconds: the delay before the next try, s. */
const slowRetries: Readonly<Record<string, number>> = {
  suspended: 600,
  protocol: 60,
  close_1009: 60,
  not_registered: 60,
  no_kind_served: 60,
};

/**
 * The reference miner of a push lane: opens a stream, takes jobs, answers them, and opens another whenever its stream ends. It
 * keeps its jobs then: the answer is sent over the next stream, if that opens before the job's deadline.
 */
export class StreamMiner {
  readonly client: ValidatorClient;
  readonly tally: MinerTally = newMinerTally();
  readonly #options: StreamMinerOptions;
  readonly #modules: StreamMinerModules;
  readonly #backoff: ReconnectDelay;
  readonly #bench: Workbench;
  /** Outcomes that found no stream; bounded by the jobs that the bench had when the last one ended. */
  #unsent: Done[] = [];
  #send: Send | null = null;
  #frames = 0;
  /** What the next `hello` announces; null: nothing. */
  #kinds: readonly string[] | null = null;
  #hasConnected = false;

  constructor(options: StreamMinerOptions, modules: StreamMinerModules) {
    this.#options = options;
    this.#modules = modules;
    this.#backoff = new ReconnectDelay(modules.random);
    this.client = new ValidatorClient(options, modules);
    const { lane, capacity } = options;
    this.#bench = new Workbench(
      { lane, capacity, waitingMax: capacity },
      {
        ...modules,
        done: (done) => this.#done(done),
        failed: (cause) => this.#say(`proof failed: ${cause}`),
      },
    );
  }

  /** Works until the signal aborts; outlives every restart of the validator. Throws `failed` when another stream of the hotkey takes over, and at first when it has none of the validator's kinds. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      this.#say("connecting");
      const end = await this.#stream();
      if (signal.aborted) break;
      if (end.code === "replaced") {
        this.#bench.stop();
        const message = `another miner connected with the hotkey ${this.#options.keypair.hotkey}, and only one per hotkey can be connected; stop that one, or use another --key`;
        throw new AssayError({ code: "failed", message });
      }
      if (end.code === "no_kind_served" && !this.#hasConnected)
        throw new AssayError({ code: "failed", message: end.detail ?? end.code });
      await this.#pause(end);
    }
    this.#bench.stop();
  }

  async #stream(): Promise<StreamEnd> {
    const { url } = this.client;
    const { signal, times = TIMES } = this.#options;
    try {
      const missing = await this.#match();
      if (missing !== null) return { code: "no_kind_served", retryAfterS: null, detail: missing };
      const headers = await this.client.signedHeaders();
      return await holdStream(
        { url, headers, signal, ...times },
        {
          opened: (send) => this.#opened(send),
          frame: (text) => this.#frame(text),
          closing: () => this.#bench.stop(),
        },
      );
    } catch (error) {
      return { code: "unreachable", retryAfterS: null, detail: causeText(error) };
    }
  }

  /** Which of the validator's circuits are here; returns why there is nothing to do, or null. */
  async #match(): Promise<string | null> {
    const circuits = await circuitsOf(this.client, this.#options.lane);
    this.#kinds = kindsOf(circuits, this.#modules.prover);
    return circuits === null || this.#kinds?.length !== 0 ? null : noKindText(circuits);
  }

  async #pause({ code, retryAfterS, detail = "" }: StreamEnd): Promise<void> {
    // A validator that came back may have another hotkey.
    this.client.reset();
    if (code !== "unreachable") countRefusal(this.tally, code);
    const ms = this.#backoff.nextMs(retryAfterS ?? slowRetries[code] ?? null);
    const why = detail === "" ? code : `${code}: ${detail}`;
    this.#say(`not connected (${why}); next attempt in ${(ms / 1000).toFixed(1)} s`);
    await (this.#modules.wait ?? waitFor)(ms, this.#options.signal);
  }

  #opened(send: Send): void {
    const { lane, capacity } = this.#options;
    this.#send = send;
    send(helloFrame(++this.#frames, lane, capacity, this.#kinds));
    this.#hasConnected = true;
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const done of unsent) this.#deliver(done);
    this.#say("waiting for jobs");
  }

  #frame(text: string): void {
    const frame = readFrame(text);
    if (frame.type === "error") {
      countRefusal(this.tally, frame.code);
      this.#say(`refused: ${frame.code}`);
    } else if (frame.type === "job") this.#take(frame.order);
  }

  #take(order: JobOrder): void {
    // Only now the stream is of use: after one that is refused once opened, the miner must not try again at once.
    this.#backoff.succeeded();
    this.#bench.take(order);
    this.#say(`working on ${this.#bench.size} jobs`);
  }

  #done(done: Done): void {
    if ("answer" in done.outcome) this.tally.solved++;
    this.#deliver(done);
    this.#say(this.#bench.size === 0 ? "waiting for jobs" : `working on ${this.#bench.size} jobs`);
  }

  /**
   * Sends the outcome of a job, or keeps it for the next stream; a late one is dropped. Frames are not acknowledged:
   * those written to a stream that was already broken are lost.
   */
  #deliver(done: Done): void {
    const { jobId, expiresAt, outcome } = done;
    const isAnswer = "answer" in outcome;
    const gaveUp = !isAnswer && outcome.code === "deadline";
    const isLate = gaveUp || this.#modules.clock.monotonicMs() >= expiresAt;
    const id = ++this.#frames;
    const frame = isAnswer ? answerFrame(id, jobId, outcome.answer) : failFrame(id, jobId, outcome.code);
    if (isLate) countRefusal(this.tally, "deadline");
    else if (!this.#send?.(frame)) this.#unsent.push(done);
    else if (isAnswer) this.tally.submitted++;
    else countRefusal(this.tally, outcome.code);
  }

  #say(state: string): void {
    this.tally.state = state;
    this.#modules.changed(this.tally);
  }
}
