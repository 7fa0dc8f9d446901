import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { Dispatcher } from "../../dispatch/dispatcher.ts";
import type { JobAnswer } from "../../flow/job.ts";
import type { FrameRefusal, LinkEnd, LinkListener, MinerLink } from "../../flow/link.ts";
import type { StreamRecords } from "../../flow/streamRecords.ts";

/** How long a stream that ended is still asked about: its miner keeps its jobs for 10 s, and may be back elsewhere, ms. */
const WATCHED_MS = 15_000;
/** Streams that are taken anew at once. */
const BATCH = 64;

export interface SharedStreamsModules {
  readonly store: StreamRecords;
  readonly node: { readonly token: number };
  readonly dispatcher: LinkListener & Pick<Dispatcher, "departures">;
  readonly clock: Clock;
  readonly log: Log;
}

/** A stream that this process has taken. */
interface Taken {
  readonly hotkey: string;
  number: number;
  /** Under which it was taken. */
  token: number;
  /** Null once it ended. */
  link: MinerLink | null;
  /** When it ended, monotonic ms. */
  goneAt: number;
}

/**
 * Between the streams of this process and its dispatcher: a stream serves once it is on record as the newest of its hotkey, and
 * ends when another process has taken the hotkey since. While the store cannot be asked, new streams wait.
 */
export class SharedStreams implements LinkListener {
  readonly #modules: SharedStreamsModules;
  /** Streams that are not on record yet, by hotkey. */
  readonly #waiting = new Map<string, MinerLink>();
  /** Those of them that are being taken. */
  readonly #taking = new Set<MinerLink>();
  readonly #taken = new Map<string, Taken>();
  /** The lease under which all streams were asked about last. */
  #askedUnder: number;

  constructor(modules: SharedStreamsModules) {
    this.#modules = modules;
    this.#askedUnder = modules.node.token;
  }

  /** False from the begin of another lease until all streams have been asked about: others may have taken any of them in between. */
  isCurrent(): boolean {
    return this.#askedUnder === this.#modules.node.token;
  }

  opened(link: MinerLink): void {
    this.#waiting.set(link.hotkey, link);
    void this.#take(link);
  }

  drained(link: MinerLink): void {
    this.#modules.dispatcher.drained(link);
  }

  answered(link: MinerLink, jobId: string, answer: JobAnswer): FrameRefusal | null {
    return this.#modules.dispatcher.answered(link, jobId, answer);
  }

  failed(link: MinerLink, jobId: string, code: string): FrameRefusal | null {
    return this.#modules.dispatcher.failed(link, jobId, code);
  }

  unreachable(link: MinerLink, jobId: string): void {
    this.#modules.dispatcher.unreachable(link, jobId);
  }

  closed(link: MinerLink, reason: LinkEnd): void {
    const { dispatcher, clock } = this.#modules;
    const { hotkey } = link;
    if (this.#waiting.get(hotkey) === link) {
      this.#waiting.delete(hotkey);
      return;
    }
    dispatcher.closed(link, reason);
    const taken = this.#taken.get(hotkey);
    if (taken?.link !== link) return;
    taken.link = null;
    taken.goneAt = clock.monotonicMs();
    void this.#drop(hotkey, taken.number);
  }

  /** Called at every nudge and every second, one call at a time. Rejects with `store_unavailable`. */
  async look(): Promise<void> {
    const { store, node, clock } = this.#modules;
    const { token } = node;
    for (const link of [...this.#waiting.values()]) void this.#take(link);
    const asked = [...this.#taken.values()];
    const streams = asked.map(({ hotkey, number }) => ({ hotkey, number }));
    const lost = new Set(asked.length === 0 ? [] : await store.lostStreams(token, streams));
    asked.forEach((taken, i) => {
      if (lost.has(taken.hotkey) && taken.number === streams[i]?.number) this.#lose(taken);
    });
    const now = clock.monotonicMs();
    for (const { hotkey, link, goneAt } of [...this.#taken.values()])
      if (link === null && now - goneAt > WATCHED_MS) this.#taken.delete(hotkey);
    const open = [...this.#taken.values()].flatMap(({ hotkey, link }) => (link === null ? [] : hotkey));
    await this.#takeAnew(token, new Set(open.length === 0 ? [] : await store.unservedHotkeys(open)));
    this.#askedUnder = token;
  }

  async #take(link: MinerLink): Promise<void> {
    const { store, node, dispatcher, log } = this.#modules;
    const { hotkey } = link;
    if (this.#taking.has(link)) return;
    this.#taking.add(link);
    try {
      const { token } = node;
      const number = await store.takeStream(hotkey, token);
      // Closed or replaced meanwhile.
      if (this.#waiting.get(hotkey) !== link) return await this.#drop(hotkey, number);
      this.#waiting.delete(hotkey);
      this.#taken.set(hotkey, { hotkey, number, token, link, goneAt: 0 });
      dispatcher.opened(link);
    } catch (error) {
      log.warn("stream_not_taken", { hotkey, cause: causeText(error) });
    } finally {
      this.#taking.delete(link);
    }
  }

  /** Another process serves the hotkey. */
  #lose(taken: Taken): void {
    const { hotkey, link } = taken;
    if (this.#taken.get(hotkey) !== taken) return;
    this.#taken.delete(hotkey);
    // One that is coming back may still answer what it was sent here.
    if (!this.#waiting.has(hotkey)) this.#modules.dispatcher.departures.moved(hotkey);
    link?.close("replaced");
  }

  /**
   * Streams of a lease that is over: others take them for those of a process that is gone. And those that another process took and has
   * dropped since, such as one whose miner had left it before it could take them: nothing on record says that they are served.
   */
  async #takeAnew(token: number, unserved: ReadonlySet<string>): Promise<void> {
    const { store } = this.#modules;
    const old = [...this.#taken.values()].filter(
      (taken) => taken.link !== null && (taken.token !== token || unserved.has(taken.hotkey)),
    );
    for (let from = 0; from < old.length; from += BATCH)
      await Promise.all(
        old.slice(from, from + BATCH).map(async (taken) => {
          taken.number = await store.takeStream(taken.hotkey, token);
          taken.token = token;
          const isOver = taken.link === null || this.#taken.get(taken.hotkey) !== taken;
          if (isOver) await this.#drop(taken.hotkey, taken.number);
        }),
      );
  }

  /** Only spares the store a row: a newer stream is told by its number. */
  async #drop(hotkey: string, number: number): Promise<void> {
    try {
      await this.#modules.store.dropStream(hotkey, number);
    } catch (error) {
      this.#modules.log.debug("stream_not_dropped", { hotkey, cause: causeText(error) });
    }
  }
}
