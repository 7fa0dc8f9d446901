import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { BoundedMap } from "../../core/queue/boundedMap.ts";
import type { Random } from "../../core/random.ts";
import type { ChallengeItem, ChallengePage } from "../../flow/challenge.ts";
import type { Receipt } from "../../flow/submission.ts";
import type { Keypair } from "../../keys/keypair.ts";
import { encodeBitset } from "../../lanes/sat/solution.ts";
import type { Solver } from "../../lanes/sat/solver.ts";
import { ValidatorClient, type ValidatorReply } from "../client.ts";
import { ReconnectDelay } from "../reconnectDelay.ts";
import { countRefusal, type MinerTally, newMinerTally } from "../tally.ts";

/** Receipts watched until they end; past it the oldest is no longer followed. */
const WATCHED_MAX = 64;
/** Receipts remembered as counted: more than an allotment holds. */
const COUNTED_MAX = 65_536;
const PAGE = 50;

export interface PullMinerOptions {
  readonly url: string;
  readonly keypair: Keypair;
  readonly lane: string;
  readonly signal: AbortSignal;
}

export interface PullMinerModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly solver: Pick<Solver, "solve">;
  /** Called after every change of the tally. */
  readonly changed: (tally: MinerTally) => void;
}

interface LaneTier {
  readonly tier: number;
  readonly allotment: number;
}

/** Refusals that make the current list of challenges useless. */
const staleCodes = new Set(["epoch_expired", "not_your_challenge", "tier_not_found"]);

/** The reference miner: lists, fetches, solves, submits, follows its receipts, and backs off as told. */
export class PullMiner {
  readonly client: ValidatorClient;
  readonly tally: MinerTally = newMinerTally();
  protected readonly options: PullMinerOptions;
  protected readonly modules: PullMinerModules;
  readonly #backoff: ReconnectDelay;
  readonly #watched: string[] = [];
  readonly #counted = new BoundedMap<string, true>(COUNTED_MAX);
  readonly #offsets = new Map<number, number>();
  #round = 0;

  constructor(options: PullMinerOptions, modules: PullMinerModules) {
    this.options = options;
    this.modules = modules;
    this.#backoff = new ReconnectDelay(modules.random);
    this.client = new ValidatorClient(options, modules);
  }

  /** Works until the signal aborts, through every restart of the validator. */
  async run(): Promise<void> {
    while (!this.options.signal.aborted) {
      try {
        await this.#workThroughPage();
      } catch (error) {
        if (this.options.signal.aborted) break;
        await this.#lost(error);
      }
    }
  }

  async #workThroughPage(): Promise<void> {
    await this.client.openSession();
    const page = await this.#nextPage();
    if (page === null) return;
    for (const item of page.items) {
      if (this.options.signal.aborted) return;
      const reply = await this.work(item);
      if (reply !== null && staleCodes.has(reply.code ?? "")) return;
      await this.#followReceipts();
    }
  }

  /** The next page of the tier whose turn it is; null when the validator refused. */
  async #nextPage(): Promise<ChallengePage | null> {
    const status = await this.client.get("/v1/status");
    const lanes = (JSON.parse(status.text) as { lanes?: { name: string; tiers: LaneTier[] }[] }).lanes ?? [];
    const tiers = lanes.find((lane) => lane.name === this.options.lane)?.tiers ?? [];
    const turn = tiers[this.#round++ % Math.max(1, tiers.length)];
    if (turn === undefined) throw new Error(`the validator has no lane "${this.options.lane}"`);
    const offset = this.#offsets.get(turn.tier) ?? this.#startingOffset(turn.allotment);
    const query = `lane=${this.options.lane}&tier=${turn.tier}&offset=${offset}&limit=${PAGE}`;
    const reply = await this.client.signed("GET", `/v1/challenges?${query}`);
    if (!(await this.proceed(reply))) return null;
    const page = JSON.parse(reply.text) as ChallengePage;
    this.#offsets.set(turn.tier, page.next_offset ?? 0);
    return page;
  }

  /** A random page, so that a restarted miner seldom repeats its own work. */
  #startingOffset(allotment: number): number {
    return Math.floor(this.modules.random.unit() * Math.ceil(allotment / PAGE)) * PAGE;
  }

  /** Fetches, solves and submits one challenge; returns the last reply, null when there was no answer. */
  protected async work(item: ChallengeItem): Promise<ValidatorReply | null> {
    this.#say(`solving ${item.challenge_id}`);
    const text = await this.client.signed("GET", `/v1/challenges/${item.challenge_id}?seq=${item.seq}`);
    if (!(await this.proceed(text))) return text;
    const model = await this.modules.solver.solve(text.text, this.options.signal);
    if (model === null) return null;
    this.tally.solved++;
    return this.submit(item.challenge_id, model);
  }

  /** Submits until the validator accepts or finally refuses the answer, through restarts too; a retry is signed again. */
  protected async submit(challengeId: string, model: Uint8Array): Promise<ValidatorReply> {
    const assignment_b64 = Buffer.from(encodeBitset(model)).toString("base64");
    const body = JSON.stringify({ challenge_id: challengeId, assignment_b64 });
    for (;;) {
      const reply = await this.client
        .signed("POST", "/v1/submissions", body)
        .catch((error: unknown) => this.#lost(error));
      if (reply === null) continue;
      const proceed = await this.proceed(reply);
      if (proceed) this.#watch(reply);
      if (proceed || (reply.status !== 429 && reply.status !== 503) || this.options.signal.aborted)
        return reply;
    }
  }

  /** True for a success; otherwise counts the refusal and waits as told. */
  protected async proceed(reply: ValidatorReply): Promise<boolean> {
    if (reply.code === null) {
      this.#backoff.succeeded();
      return true;
    }
    countRefusal(this.tally, reply.code);
    if (reply.code === "session_unknown") await this.client.openSession();
    const final = reply.status === 404 || reply.status === 409 || reply.status === 410;
    if (!final) await this.pause(reply.retryAfterS, `refused: ${reply.code}`);
    return false;
  }

  protected async pause(retryAfterS: number | null, why: string): Promise<void> {
    const ms = this.#backoff.nextMs(retryAfterS);
    this.#say(`${why}; waiting ${(ms / 1000).toFixed(1)} s`);
    await sleep(ms, undefined, { signal: this.options.signal }).catch(() => undefined);
  }

  /** After a request without an answer: waits for a validator that may be starting. Throws once the miner is to stop. */
  async #lost(error: unknown): Promise<null> {
    if (this.options.signal.aborted) throw error;
    this.client.reset();
    await this.pause(null, `unreachable: ${causeText(error)}`);
    return null;
  }

  /** A receipt counts once, however often its answer is sent. */
  #watch(reply: ValidatorReply): void {
    const { receipt_id } = JSON.parse(reply.text) as Receipt;
    if (this.#counted.get(receipt_id) === true) return;
    this.#counted.set(receipt_id, true);
    this.tally.submitted++;
    this.#watched.push(receipt_id);
    if (this.#watched.length > WATCHED_MAX) this.#watched.shift();
    this.modules.changed(this.tally);
  }

  /** Asks once for each watched receipt, oldest first, until one is still open. */
  async #followReceipts(): Promise<void> {
    for (let id = this.#watched[0]; id !== undefined; id = this.#watched[0]) {
      const reply = await this.client.signed("GET", `/v1/receipts/${id}`);
      if (reply.code !== null) return;
      const receipt = JSON.parse(reply.text) as Receipt;
      if (receipt.state === "pending" || receipt.state === "verifying") return;
      this.tally[receipt.state]++;
      this.tally.earned += receipt.state === "accepted" ? (receipt.weight ?? 0) : 0;
      this.#watched.shift();
    }
    this.modules.changed(this.tally);
  }

  #say(state: string): void {
    this.tally.state = state;
    this.modules.changed(this.tally);
  }
}
