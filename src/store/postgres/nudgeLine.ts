import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { Nudges, NudgeTopic } from "../../flow/nudges.ts";
import { Listeners } from "../nudges.ts";
import type { Connection } from "./connection.ts";
import type { Connector } from "./connector.ts";
import { statement } from "./sql.ts";

export interface NudgeLineOptions {
  readonly connector: Connector;
  /** At most one of a topic in this time; 20. */
  readonly everyMs?: number;
  /** Until a connection that was lost is tried again; 1,000. */
  readonly againMs?: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

const CHANNEL = "assay_nudges";
const topics = ["pending", "standing", "streams", "jobs"] as const satisfies readonly NudgeTopic[];

const notify = statement("nudge", `SELECT pg_notify('${CHANNEL}', $1)`);

/**
 * Tells the listeners of this process, and those of others by NOTIFY. It is sent after the commit, on a connection of its own: a
 * transaction that notifies holds a lock of the whole server until its commit is on disk, so that no two of them would be written
 * together. What is lost with a connection is found by processes that look for work by themselves.
 */
export class NudgeLine implements Nudges {
  readonly #options: NudgeLineOptions;
  readonly #listeners = new Listeners();
  /** By topic: what waits for its time; true once there is something to tell again. */
  readonly #resting = new Map<NudgeTopic, { again: boolean; readonly timer: NodeJS.Timeout }>();
  readonly #sent;
  readonly #heard;
  readonly #lost;
  #connection: Connection | null = null;
  #opening: Promise<void> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: NudgeLineOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#sent = metrics.counter("assay_store_nudges_sent_total", "Notifications sent to other processes");
    this.#heard = metrics.counter("assay_store_nudges_heard_total", "Notifications of other processes");
    this.#lost = metrics.counter("assay_store_nudges_lost_total", "Notifications that could not be sent");
  }

  listen(topic: NudgeTopic, heard: () => void): () => void {
    const end = this.#listeners.listen(topic, heard);
    this.#open();
    return end;
  }

  /** Of what was committed here. */
  tell(committed: ReadonlySet<NudgeTopic>): void {
    for (const topic of committed) {
      this.#listeners.tell(topic);
      this.#send(topic);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    for (const { timer } of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
    await this.#opening;
    await this.#connection?.close();
    this.#connection = null;
  }

  /** The first at once; of those in the time after it one, at its end. */
  #send(topic: NudgeTopic): void {
    const resting = this.#resting.get(topic);
    if (resting !== undefined) {
      resting.again = true;
      return;
    }
    if (this.#closed) return;
    const timer = setTimeout(() => {
      const { again } = this.#resting.get(topic) ?? { again: false };
      this.#resting.delete(topic);
      if (again) this.#send(topic);
    }, this.#options.everyMs ?? 20);
    timer.unref();
    this.#resting.set(topic, { again: false, timer });
    this.#notify(topic);
  }

  #notify(topic: NudgeTopic): void {
    if (this.#connection === null) {
      this.#lost.add();
      this.#open();
      return;
    }
    this.#connection.rows(notify, [topic]).then(
      () => this.#sent.add(),
      () => this.#lost.add(),
    );
  }

  #open(): void {
    if (this.#closed || this.#connection !== null || this.#opening !== null || this.#retry !== null) return;
    this.#opening = this.#connect().finally(() => {
      this.#opening = null;
    });
  }

  async #connect(): Promise<void> {
    const { connector, log } = this.#options;
    try {
      const connection = await connector.open();
      connection.onEnd(() => this.#ended(connection));
      await connection.listen(CHANNEL, (topic) => this.#hear(topic));
      if (!connection.isUsable) throw new Error("the connection was lost");
      this.#connection = connection;
      // What was told in the meantime was not heard.
      for (const topic of topics) this.#listeners.tell(topic);
    } catch (error) {
      log.warn("store_nudges_lost", { cause: causeText(error) });
      this.#tryAgain();
    }
  }

  #ended(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    this.#tryAgain();
  }

  #tryAgain(): void {
    if (this.#closed || this.#retry !== null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#open();
    }, this.#options.againMs ?? 1000);
    this.#retry.unref();
  }

  #hear(named: string): void {
    const topic = topics.find((one) => one === named);
    if (topic === undefined) return;
    this.#heard.add();
    this.#listeners.tell(topic);
  }
}
