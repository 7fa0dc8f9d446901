/** A serialised event; its number stands in its bytes. */
export interface HeldEvent {
  readonly id: number;
  readonly bytes: Buffer;
}

/** The last events, for readers that come back: at most `limit`, the oldest dropped. */
export class EventRing {
  readonly #limit: number;
  #events: HeldEvent[] = [];
  /** The number of the last event that is not held, or was not: who has seen it has missed none of those held. */
  #before: number;
  #last: number;

  constructor(limit: number, first: number) {
    this.#limit = limit;
    this.#before = first;
    this.#last = first;
  }

  get length(): number {
    return this.#events.length;
  }

  /** Takes the next number. An event that is not held takes one too. */
  next(): number {
    return ++this.#last;
  }

  hold(event: HeldEvent): void {
    this.#events.push(event);
    if (this.#events.length <= this.#limit) return;
    this.#before = this.#events.shift()?.id ?? this.#before;
  }

  /** What came after the event with this number; null when that is not known any more. */
  after(id: number): readonly HeldEvent[] | null {
    if (id < this.#before || id > this.#last) return null;
    return this.#events.filter((event) => event.id > id);
  }

  /** Forgets all: no number that was given before is known from here on. */
  clear(): void {
    this.#events = [];
    this.#before = this.next();
  }
}
