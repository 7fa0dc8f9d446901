import type { JobAnswer, JobOrder } from "../../../src/flow/job.ts";
import type { FrameRefusal, LinkEnd, LinkListener, MinerLink } from "../../../src/flow/link.ts";

export interface LinkFacts {
  readonly lanes: readonly string[];
  readonly capacity?: number;
  readonly transport?: "stream" | "dial";
  readonly kinds?: ReadonlySet<string> | null;
}

export function answerOf(text: string, onRead: () => void = () => {}): JobAnswer {
  return {
    size: text.length,
    text: () => {
      onRead();
      return text;
    },
  };
}

/** A link in memory, and the miner at its other end: it answers what and when the test says. */
export class FakeLink implements MinerLink {
  readonly hotkey: string;
  readonly transport: "stream" | "dial";
  readonly lanes: readonly string[];
  readonly capacity: number;
  readonly kinds: ReadonlySet<string> | null;
  readonly sent: JobOrder[] = [];
  /** Sent and not spoken of since, oldest first. */
  readonly open: string[] = [];
  closedWith: LinkEnd | null = null;
  isFull = false;
  /** How often it was asked whether it is writable. */
  asked = 0;
  /** Hears of every job as it is sent. */
  onSend: (order: JobOrder) => void = () => {};
  readonly #listener: LinkListener;

  constructor(listener: LinkListener, hotkey: string, facts: LinkFacts) {
    this.#listener = listener;
    this.hotkey = hotkey;
    this.transport = facts.transport ?? "stream";
    this.lanes = facts.lanes;
    this.capacity = facts.capacity ?? 64;
    this.kinds = facts.kinds ?? null;
  }

  get writable(): boolean {
    this.asked++;
    return !this.isFull && this.closedWith === null;
  }

  send(order: JobOrder): number {
    this.sent.push(order);
    this.open.push(order.job_id);
    this.onSend(order);
    return JSON.stringify(order).length;
  }

  close(reason: LinkEnd): void {
    if (this.closedWith !== null) return;
    this.closedWith = reason;
    this.#listener.closed(this, reason);
  }

  drain(): void {
    this.isFull = false;
    this.#listener.drained(this);
  }

  /** Answers the oldest open job, or the one named. */
  answer(jobId = this.#oldest(), answer = answerOf(`"answer to ${jobId}"`)): FrameRefusal | null {
    this.#forget(jobId);
    return this.#listener.answered(this, jobId, answer);
  }

  /** Gives the oldest open job back, or the one named. */
  giveBack(jobId = this.#oldest(), code = "out_of_memory"): FrameRefusal | null {
    this.#forget(jobId);
    return this.#listener.failed(this, jobId, code);
  }

  /** A dialled miner does not take the connection. */
  missed(jobId = this.#oldest()): void {
    this.#forget(jobId);
    this.#listener.unreachable(this, jobId);
  }

  #oldest(): string {
    const [jobId] = this.open;
    if (jobId === undefined) throw new RangeError("nothing is open at the link");
    return jobId;
  }

  #forget(jobId: string): void {
    const at = this.open.indexOf(jobId);
    if (at >= 0) this.open.splice(at, 1);
  }
}
