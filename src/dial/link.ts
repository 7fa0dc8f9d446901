import { Pool } from "undici";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import { causeText } from "../core/problems/assayError.ts";
import type { JobOrder } from "../flow/job.ts";
import type { LinkEnd, LinkListener, MinerLink } from "../flow/link.ts";
import { Attempt } from "./attempt.ts";
import type { DialBounds } from "./options.ts";
import type { DialOutcome } from "./response.ts";

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

/** A miner that is dialled: each job is one `POST /v1/work`. */
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
  #ended = false;

  constructor(hotkey: string, origin: string, shared: DialShared) {
    const { capacity, connectMs } = shared.bounds;
    this.hotkey = hotkey;
    this.origin = origin;
    this.lanes = shared.lanes;
    this.capacity = capacity;
    this.#shared = shared;
    this.#pool = new Pool(origin, { connections: capacity, pipelining: 1, connect: { timeout: connectMs } });
  }

  get writable(): boolean {
    return !this.#ended && this.#attempts.size < this.capacity;
  }

  send(order: JobOrder): number {
    if (this.#ended) return 0;
    const { job_id, lane, kind, input, deadline_ms } = order;
    const body = JSON.stringify({ job_id, lane, kind, input, deadline_ms });
    const headers = { "content-type": "application/json", ...this.#shared.sign(body, this.hotkey) };
    this.#start(job_id, body, headers, Math.ceil(deadline_ms));
    return Buffer.byteLength(body);
  }

  close(reason: LinkEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const attempt of this.#attempts) attempt.cancel();
    this.#attempts.clear();
    this.#shared.ended(this, this.#pool.destroy());
    this.#shared.listener.closed(this, reason);
  }

  /** Gives up requests past their deadline. */
  look(nowMs: number): void {
    for (const attempt of this.#attempts) attempt.look(nowMs);
  }

  #start(jobId: string, body: string, headers: Record<string, string>, deadlineMs: number): void {
    const { bounds, clock } = this.#shared;
    const timeouts = { headersTimeout: deadlineMs, bodyTimeout: deadlineMs };
    const attempt: Attempt = new Attempt(
      {
        jobId,
        request: { method: "POST", path: "/v1/work", headers, body, ...timeouts },
        maxResponseBytes: bounds.maxResponseBytes,
        dueMs: clock.monotonicMs() + bounds.connectMs + deadlineMs,
      },
      this.#pool,
      (outcome) => this.#settle(attempt, jobId, outcome),
    );
    this.#attempts.add(attempt);
    attempt.start();
  }

  #settle(attempt: Attempt, jobId: string, outcome: DialOutcome): void {
    if (this.#ended) return;
    const wasFull = !this.writable;
    this.#attempts.delete(attempt);
    this.#shared.outcomes.add({ outcome: outcome.kind });
    try {
      this.#tell(jobId, outcome);
      if (wasFull && this.writable) this.#shared.listener.drained(this);
    } catch (error) {
      this.#shared.log.error("dial_outcome_failed", { outcome: outcome.kind, cause: causeText(error) });
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
