import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type RawData, WebSocket } from "ws";
import { systemClock } from "../../../../src/core/clock.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import type { JobOrder } from "../../../../src/flow/job.ts";
import { epistulaHeaders, type Signing, signingOf } from "../../epistula/signing.ts";
import { until } from "../../until.ts";

/** What a miner does with a job. */
export type Work = (order: JobOrder, miner: FleetMiner) => void;

export interface FleetMinerOptions {
  readonly url: string;
  /** The validator's hotkey. */
  readonly validator: string;
  /** Names the key. */
  readonly name: string;
  readonly capacity: number;
  readonly work: Work;
}

export interface ErrorFrame {
  readonly re: string | number | null;
  readonly code: string;
}

/** A handshake that was refused. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly until_block?: number;
}

type Received = { readonly type: string; readonly id: number } & JobOrder & ErrorFrame;

async function refusalOf(response: IncomingMessage): Promise<Refusal> {
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, ...(JSON.parse(text) as Omit<Refusal, "status">) };
}

/** How long one that keeps coming back waits while the validator is away. */
const AWAY_MS = 200;

/** A miner of the push lane whose every word a test can choose. */
export class FleetMiner {
  readonly options: FleetMinerOptions;
  readonly signing: Signing;
  /** Every job that it was sent, over whichever stream. */
  readonly orders: JobOrder[] = [];
  readonly errors: ErrorFrame[] = [];
  /** Close codes of its streams. */
  readonly closes: number[] = [];
  readonly refusals: Refusal[] = [];
  /** Jobs that came over the present stream. */
  ordersHere = 0;
  /** Jobs that it said something final about. */
  readonly settled = new Set<string>();
  /** Of those, the ones that it gave back. */
  readonly givenBack = new Set<string>();
  work: Work;
  #ws: WebSocket | null = null;
  #socket: Socket | null = null;
  #frames = 0;
  #left = false;

  constructor(options: FleetMinerOptions) {
    this.options = options;
    this.signing = signingOf(options.name);
    this.work = options.work;
  }

  get hotkey(): string {
    return this.signing.hotkey;
  }

  get isOpen(): boolean {
    return this.#ws?.readyState === WebSocket.OPEN;
  }

  /** Jobs that it was sent and has not answered. */
  get held(): number {
    return this.orders.length - this.settled.size;
  }

  /** Dials in, without a hello; false when it is refused or the validator is away. */
  async dial(): Promise<boolean> {
    const { url } = this.options;
    const ws = new WebSocket(`${url.replace(/^http/, "ws")}/v1/stream`, {
      headers: this.#headers(),
      createConnection: () => this.#connect(new URL(url)),
      perMessageDeflate: false,
    });
    this.#ws = ws;
    this.ordersHere = 0;
    ws.on("message", (data: RawData) => this.#receive(JSON.parse(String(data)) as Received));
    ws.on("close", (code) => this.closes.push(code));
    ws.on("error", () => undefined);
    return Promise.race([
      once(ws, "open").then(
        () => true,
        () => false,
      ),
      once(ws, "unexpected-response").then(async ([, response]) => {
        this.refusals.push(await refusalOf(response as IncomingMessage));
        ws.terminate();
        return false;
      }),
      once(ws, "close").then(() => false),
    ]);
  }

  /** Dials in and says hello. */
  async join(): Promise<boolean> {
    if (!(await this.dial())) return false;
    this.hello();
    return true;
  }

  hello(): void {
    const { capacity } = this.options;
    this.send({ type: "hello", id: "hello", lanes: ["groth16"], capacity });
  }

  /** Comes back whenever its stream ends, until it leaves or is told that it is out. */
  async persist(): Promise<void> {
    while (!this.#left) {
      if (this.isOpen || (await this.join())) await this.closed();
      else await sleep(AWAY_MS);
      if (this.refusals.at(-1)?.code === "suspended" || this.closes.at(-1) === 4403) return;
    }
  }

  /** Resolves once the present stream is closed. */
  async closed(): Promise<void> {
    const ws = this.#ws;
    await until(() => ws === null || ws.readyState === WebSocket.CLOSED);
  }

  /** Cuts the connection. */
  cut(): void {
    this.#ws?.terminate();
  }

  /** Ends the stream in good order: what was sent before has arrived. */
  async close(): Promise<void> {
    this.#ws?.close(1000);
    await this.closed();
  }

  /** Cuts the connection for good. */
  leave(): void {
    this.#left = true;
    this.cut();
  }

  send(frame: object | string | Buffer): void {
    if (!this.isOpen) return;
    this.#ws?.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** Sends an answer, JSON text, in a text frame whose id is the job's; false when there is no stream. */
  answer(jobId: string, answer: string): boolean {
    if (!this.isOpen) return false;
    this.settled.add(jobId);
    this.send(`{"type":"answer","id":"${jobId}","job_id":"${jobId}","answer":${answer}}`);
    return true;
  }

  /** The same in a binary frame; the answer can be any bytes. */
  answerBinary(jobId: string, answer: string | Buffer): void {
    this.settled.add(jobId);
    const header = Buffer.from(JSON.stringify({ type: "answer", id: jobId, job_id: jobId }));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(header.length);
    this.send(Buffer.concat([length, header, Buffer.from(answer)]));
  }

  giveBack(jobId: string, code: string): void {
    this.settled.add(jobId);
    this.givenBack.add(jobId);
    this.send({ type: "fail", id: ++this.#frames, job_id: jobId, code });
  }

  /** Sends a text frame as a client must, masked, one byte a packet. */
  async trickle(text: string): Promise<void> {
    const payload = Buffer.from(text);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(payload.length);
    const mask = Buffer.from(systemRandom.bytes(4));
    const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 | 126]), length, mask, masked]);
    for (const byte of frame) {
      await new Promise((sent) => this.#socket?.write(Buffer.from([byte]), sent));
      await new Promise((next) => setImmediate(next));
    }
  }

  /** The first job from `from` on that it is sent, or was. */
  async order(from = 0, wanted: (order: JobOrder) => boolean = () => true): Promise<JobOrder> {
    for (let index = from; ; index++) {
      await until(() => this.orders.length > index);
      const order = this.orders[index];
      if (order !== undefined && wanted(order)) return order;
    }
  }

  /** The code of the error frame about that frame of ours. */
  async errorAbout(id: string | number): Promise<string> {
    await until(() => this.errors.some(({ re }) => re === id));
    return this.errors.find(({ re }) => re === id)?.code ?? "";
  }

  #headers(): Record<string, string> {
    const { hotkey, sign } = this.signing;
    return epistulaHeaders({
      hotkey,
      sign,
      body: Buffer.alloc(0),
      signedFor: this.options.validator,
      timestamp: String(systemClock.nowMs()),
      uuid: systemRandom.uuid(),
    });
  }

  #connect({ hostname, port }: URL): Socket {
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    return this.#socket;
  }

  #receive(frame: Received): void {
    if (frame.type === "error") this.errors.push({ re: frame.re, code: frame.code });
    if (frame.type !== "job") return;
    this.orders.push(frame);
    this.ordersHere++;
    this.work(frame, this);
  }
}
