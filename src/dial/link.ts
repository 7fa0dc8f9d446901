import { Pool } from "undici";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import { causeText } from "../core/problems/assayError.ts";
import type { JobOrder } from "../flow/job.ts";
import type { LinkEnd, LinkListener, MinerLink } from "../flow/link.ts";
import { Attempt } from "./attempt.ts";
import { Grace } from "./grace.ts";
import type { DialBounds } from "./options.ts";
import { type DialOutcome, failed } from "./response.ts";

/** Modules shared by all dialled links. */
export interface DialShared {
  readonly bounds: DialBounds;
  readonly lanes: readonly string[];
  readonly listener: LinkListener;
  /** Makes the headers that sign a body for a miner, without its content type. */
  sign(body: string, hotkey: string): Record<string, string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly outcomes: Counter;
  /** Called when the link has just ended, on either side; `closed` resolves when its connections are gone. */
  readonly ended: (link: DialLink, closed: Promise<void>) => void;
}

/** A job at the miner, until it is settled. `dueMs`: when its deadline passes, monotonic. */
interface Sent {
  readonly order: JobOrder;
  readonly dueMs: number;
  /** It did not reach the miner, and waits to be sent again. */
  waits: boolean;
}

/**
 * A miner that is dialled: each job is one `POST /v1/work`. While the miner cannot be reached, jobs are sent again within a grace
 * period, and no other job is taken.
 */
export class DialLink implements MinerLink {
  readonly transport = "dial";
  readonly hotkey: string;
  /** Scheme, address and port. */
  readonly origin: string;
  readonly lanes: readonly string[];
  readonly capacity: number;
  readonly #pool: Pool;
  readonly #shared: DialShared;
  readonly #attempts = new Set<Attempt>();
  /** Jobs that did not reach the miner so far: they wait, or are being sent again. */
  readonly #lost = new Set<Sent>();
  readonly #grace: Grace;
  #ended = false;

  constructor(hotkey: string, origin: string, shared: DialShared) {
    const { capacity, connectMs, graceMs } = shared.bounds;
    this.hotkey = hotkey;
    this.origin = origin;
    this.lanes = shared.lanes;
    this.capacity = capacity;
    this.#shared = shared;
    this.#grace = new Grace(graceMs);
    this.#pool = new Pool(origin, { connections: capacity, pipelining: 1, connect: { timeout: connectMs } });
  }

  get writable(): boolean {
    return !this.#ended && this.#lost.size === 0 && this.#attempts.size < this.capacity;
  }

  send(order: JobOrder): number {
    if (this.#ended) return 0;
    const dueMs = this.#shared.clock.monotonicMs() + order.deadline_ms;
    return this.#start({ order, dueMs, waits: false });
  }

  close(reason: LinkEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const attempt of this.#attempts) attempt.cancel();
    this.#attempts.clear();
    this.#lost.clear();
    this.#shared.ended(this, this.#pool.destroy());
    this.#shared.listener.closed(this, reason);
  }

  /** Gives up requests past their deadline, and sends lost ones again. */
  look(nowMs: number): void {
    for (const attempt of this.#attempts) attempt.look(nowMs);
    for (const sent of this.#waiting()) {
      sent.waits = false;
      if (nowMs < sent.dueMs) this.#start(sent);
      else this.#change(() => this.#settle(sent, failed("timeout")));
    }
  }

  /** Sends the job, signed anew and with the time that is left; returns its size in bytes. */
  #start(sent: Sent): number {
    const { bounds, clock, sign } = this.#shared;
    const { job_id, lane, kind, input, deadline_ms: given } = sent.order;
    const nowMs = clock.monotonicMs();
    const deadline_ms = Math.min(given, Math.max(1, Math.ceil(sent.dueMs - nowMs)));
    const body = JSON.stringify({ job_id, lane, kind, input, deadline_ms });
    const headers = { "content-type": "application/json", ...sign(body, this.hotkey) };
    const timeouts = { headersTimeout: Math.ceil(deadline_ms), bodyTimeout: Math.ceil(deadline_ms) };
    const attempt: Attempt = new Attempt(
      {
        jobId: job_id,
        request: { method: "POST", path: "/v1/work", headers, body, ...timeouts },
        maxResponseBytes: bounds.maxResponseBytes,
        dueMs: nowMs + bounds.connectMs + Math.ceil(deadline_ms),
      },
      this.#pool,
      (outcome) =>
        this.#change(() => {
          this.#attempts.delete(attempt);
          this.#arrived(sent, outcome);
        }),
    );
    this.#attempts.add(attempt);
    attempt.start();
    return Buffer.byteLength(body);
  }

  /** What a job's request came to. A job that did not reach the miner stays lost until the grace period is over. */
  #arrived(sent: Sent, outcome: DialOutcome): void {
    if (outcome.kind !== "unreachable") {
      this.#grace.reached();
      this.#settle(sent, outcome);
    } else if (this.#grace.failed(this.#shared.clock.monotonicMs())) {
      sent.waits = true;
      this.#lost.add(sent);
    } else for (const one of [sent, ...this.#waiting()]) this.#settle(one, outcome);
  }

  #waiting(): Sent[] {
    return [...this.#lost].filter(({ waits }) => waits);
  }

  #settle(sent: Sent, outcome: DialOutcome): void {
    this.#lost.delete(sent);
    this.#shared.outcomes.add({ outcome: outcome.kind });
    this.#tell(sent.order.job_id, outcome);
  }

  /** Makes a change that may leave room for other jobs, and tells so. */
  #change(change: () => void): void {
    if (this.#ended) return;
    const wasFull = !this.writable;
    try {
      change();
      if (wasFull && this.writable) this.#shared.listener.drained(this);
    } catch (error) {
      this.#shared.log.error("dial_outcome_failed", { cause: causeText(error) });
    }
  }

  #tell(jobId: string, outcome: DialOutcome): void {
    const { listener } = this.#shared;
    // A refusal cannot be reported to the miner: its request is over.
    if (outcome.kind === "answered") listener.answered(this, jobId, outcome.answer);
    else if (outcome.kind === "failed") listener.failed(this, jobId, outcome.code);
    else listener.unreachable(this, jobId);
  }
}
