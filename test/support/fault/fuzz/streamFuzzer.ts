import { closeCodes } from "../../../../src/http/stream/closeCodes.ts";
import { frameCodes } from "../../../../src/http/stream/frameCodes.ts";
import { Chance } from "./chance.ts";
import { frameCase, hello, textFrame } from "./frames.ts";
import { type Message, rendered, withHeader } from "./message.ts";
import { Signer } from "./signer.ts";
import { Known } from "./values.ts";
import { Wire } from "./wire.ts";

export interface StreamFuzzerOptions {
  readonly port: number;
  readonly seed: number;
  /** The validator's hotkey. */
  readonly hotkey: string;
  /** Learns the ids of jobs, so that streams answer those of others. */
  readonly shared: Known;
  readonly frames: number;
  readonly streams: number;
  readonly onProgress?: (sent: number) => void;
}

/** Codes of a close frame: assay's own, and those of the protocol for a message that breaks it. */
const allowedCloses = new Set([...Object.values(closeCodes), 1002, 1003, 1005, 1006, 1007, 1009]);
const [TEXT, CLOSE] = [1, 8];
const mostFrames = 120;
const heardEvery = 8;

/** A frame of the server: unmasked and whole; null while it has not come. */
function takeFrame(bytes: Buffer): { opcode: number; payload: Buffer; rest: Buffer } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] ?? 0) & 0x7f;
  const head = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < head) return null;
  const size = short === 127 ? bytes.readUInt32BE(6) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < head + size) return null;
  return {
    opcode: (bytes[0] ?? 0) & 0x0f,
    payload: bytes.subarray(head, head + size),
    rest: bytes.subarray(head + size),
  };
}

/** Opens streams, says what no miner should, and judges what comes back. */
export class StreamFuzzer {
  readonly #options: StreamFuzzerOptions;
  sent = 0;
  /** Codes of error frames, and close codes. */
  readonly heard = new Map<string, number>();
  #streams = 0;

  constructor(options: StreamFuzzerOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { frames, streams, onProgress } = this.#options;
    const one = async (): Promise<void> => {
      while (this.sent < frames) {
        await this.#stream(this.#streams++);
        onProgress?.(this.sent);
      }
    };
    await Promise.all(Array.from({ length: streams }, one));
  }

  async #stream(number: number): Promise<void> {
    const { seed, port, hotkey, shared } = this.#options;
    const chance = new Chance(seed, `stream ${number}`);
    const known = new Known(shared);
    const wire = new Wire(port, `127.0.0.${1 + chance.below(50)}`);
    await wire.opened();
    try {
      await this.#open(wire, new Signer(`stream ${seed} ${number}`, hotkey, known), chance, number);
      if (chance.one(0.9)) wire.send(textFrame(hello(1 + chance.below(4)), chance));
      await this.#talk(wire, known, chance, number);
    } finally {
      wire.destroy();
    }
  }

  async #open(wire: Wire, signer: Signer, chance: Chance, number: number): Promise<void> {
    const message: Message = {
      ...{ method: "GET", target: "/v1/stream", version: "HTTP/1.1", headers: [["Host", "fuzz"]] },
      ...{ body: Buffer.alloc(0), framing: "none" },
    };
    signer.sign(message, chance);
    withHeader(message, "Connection", "Upgrade");
    withHeader(message, "Upgrade", "websocket");
    withHeader(message, "Sec-WebSocket-Version", "13");
    withHeader(message, "Sec-WebSocket-Key", chance.bytes(16).toString("base64"));
    wire.send(rendered(message, chance));
    const answer = await wire.answer(false);
    if (answer?.status !== 101) this.#fail(number, `the handshake got ${answer?.status} ${answer?.body}`);
  }

  async #talk(wire: Wire, known: Known, chance: Chance, number: number): Promise<void> {
    let broke = false;
    for (let n = 1; n <= mostFrames && !wire.isClosed; n++) {
      const { bytes, isSound } = frameCase(known, chance);
      wire.send(bytes);
      this.sent++;
      broke ||= !isSound;
      if (!isSound && chance.one(0.5)) return;
      if (n % heardEvery !== 0) continue;
      wire.send(textFrame(JSON.stringify({ type: "ping", id: `heard ${n}` }), chance));
      if (!(await this.#hear(wire, known, { id: `heard ${n}`, broke }, number))) return;
    }
  }

  /** Judges what comes until the pong with that id, or the end of the stream; false at the end. `broke`: a close frame may have been sent. */
  async #hear(
    wire: Wire,
    known: Known,
    { id, broke }: { readonly id: string; readonly broke: boolean },
    number: number,
  ): Promise<boolean> {
    for (;;) {
      const taken = takeFrame(wire.received);
      if (taken === null) {
        if (wire.isClosed) return false;
        await wire.more();
        continue;
      }
      wire.received = taken.rest;
      if (taken.opcode === CLOSE) {
        this.#closed(taken.payload, broke, number);
        return false;
      }
      if (taken.opcode === TEXT && this.#said(taken.payload.toString(), known, number) === id) return true;
    }
  }

  /** A close frame of the client is answered with its own code. */
  #closed(payload: Buffer, broke: boolean, number: number): void {
    const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
    this.#count(`close ${code}`);
    if (!allowedCloses.has(code) && !broke) this.#fail(number, `closed with ${code}`);
  }

  /** Judges a frame; returns the id that a pong comes back to. */
  #said(text: string, known: Known, number: number): unknown {
    const frame = JSON.parse(text) as Record<string, unknown>;
    const { type, code, detail, re } = frame;
    if (type === "pong") return re;
    if (type === "job") {
      for (const learner of [known, this.#options.shared]) learner.learn("job_id", String(frame.job_id));
      return null;
    }
    if (type !== "error") this.#fail(number, `said ${text}`);
    this.#count(`error ${String(code)}`);
    const isCode = typeof code === "string" && code in frameCodes && code !== "internal";
    if (!isCode || typeof detail !== "string") this.#fail(number, `said ${text}`);
    // A ping past its number is told so, with its id: the stream has heard it.
    return code === "too_many_pings" ? re : null;
  }

  #count(what: string): void {
    this.heard.set(what, (this.heard.get(what) ?? 0) + 1);
  }

  #fail(number: number, fault: string): never {
    throw new Error(`SEED=${this.#options.seed}, stream ${number}: ${fault.slice(0, 2000)}`);
  }
}
