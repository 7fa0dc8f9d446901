import assert from "node:assert/strict";

/** An event as a reader gets it. */
export interface ReadEvent {
  readonly id: number;
  readonly name: string;
  readonly data: Record<string, unknown>;
}

function eventIn(block: string): ReadEvent | null {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
  const [id, name, data] = [field("id"), field("event"), field("data")];
  if (id === undefined || name === undefined || data === undefined) return null;
  return { id: Number(id), name, data: JSON.parse(data) as ReadEvent["data"] };
}

/** A stream of events of a validator, read as far as a test needs it. */
export class EventReader {
  readonly all: ReadEvent[] = [];
  /** The last block that is no event, such as the time to come back. */
  note = "";
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = "";

  static async open(url: string, lastId?: number): Promise<EventReader> {
    const headers = lastId === undefined ? {} : { "last-event-id": `${lastId}` };
    const answer = await fetch(`${url}/v1/events`, { headers: headers as Record<string, string> });
    assert.equal(answer.status, 200);
    return new EventReader(answer.body ?? assert.fail("a stream has a body"));
  }

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#body = body.getReader();
  }

  /** The first event of a name that has come or comes. */
  async first(name: string, is: (data: ReadEvent["data"]) => boolean = () => true): Promise<ReadEvent> {
    for (;;) {
      const found = this.all.find((event) => event.name === name && is(event.data));
      if (found !== undefined) return found;
      assert.ok(await this.#more(), `the stream ended without ${name}: ${JSON.stringify(this.all)}`);
    }
  }

  /** Reads until the validator ends the stream. */
  async ended(): Promise<void> {
    while (await this.#more());
  }

  async close(): Promise<void> {
    await this.#body.cancel();
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#body.read();
    if (done) return false;
    const blocks = (this.#rest + this.#decoder.decode(value, { stream: true })).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = eventIn(block);
      if (event === null) this.note = block;
      else this.all.push(event);
    }
    return true;
  }
}
