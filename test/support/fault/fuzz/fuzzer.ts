import { type Case, caseOf, type Makers, noiseCase } from "./case.ts";
import { Chance } from "./chance.ts";
import { answerFault } from "./judgeAnswer.ts";
import { type Answer, isEndless, Wire } from "./wire.ts";

export interface FuzzerOptions extends Makers {
  readonly port: number;
  readonly seed: number;
  /** Requests altogether. */
  readonly requests: number;
  /** Connections at once. */
  readonly connections: number;
  /** Called now and then with the number of requests sent. */
  readonly onProgress?: (sent: number) => void;
}

/** How much of a request that went wrong is shown, and how many of those before it on its connection. */
const shownBytes = 2000;
const shownBefore = 3;
/** A refused client has a second to finish sending before it is cut; on a busy machine ours may need longer for as much as this. */
const cutFromBytes = 60_000;
const longestConversation = 40;
const mostPipelined = 8;

/** A last request, after which the server ends the connection. */
const goodbye = Buffer.from("GET /healthz HTTP/1.1\r\nHost: fuzz\r\nConnection: close\r\n\r\n");

/** Sends requests made by chance, mutated or not, and judges every answer. */
export class Fuzzer {
  readonly #options: FuzzerOptions;
  sent = 0;
  /** Answers by status and code. */
  readonly answers = new Map<string, number>();
  readonly #reached = new Set<string>();
  #conversations = 0;
  /** What each conversation was last answered. */
  readonly #before = new Map<number, string[]>();

  constructor(options: FuzzerOptions) {
    this.#options = options;
  }

  /** Operations that answered with success. */
  get reached(): ReadonlySet<string> {
    return this.#reached;
  }

  /** Throws at the first answer that is wrong, with what was sent. */
  async run(): Promise<void> {
    const { requests, connections, onProgress } = this.#options;
    let told = 0;
    const one = async (): Promise<void> => {
      while (this.sent < requests) {
        await this.#conversation(this.#conversations++);
        if (this.sent < told + 1000) continue;
        told = this.sent;
        onProgress?.(told);
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
  }

  async #conversation(number: number): Promise<void> {
    const chance = new Chance(this.#options.seed, `conversation ${number}`);
    const wire = new Wire(this.#options.port, `127.0.0.${1 + chance.below(50)}`);
    await wire.opened();
    this.#before.set(number, []);
    try {
      for (let n = chance.length(longestConversation); n >= 0 && !wire.isClosed; n--) {
        if (!(await this.#exchange(wire, chance, number))) return;
      }
    } finally {
      this.#before.delete(number);
      wire.destroy();
    }
  }

  #case(chance: Chance): Case {
    if (chance.one(0.01)) return noiseCase(this.#options, chance);
    return caseOf(chance.of(this.#options.operations), this.#options, chance);
  }

  /** Sends one request, or several at once; false when the connection is of no more use. */
  async #exchange(wire: Wire, chance: Chance, number: number): Promise<boolean> {
    const cases = Array.from({ length: chance.one(0.1) ? 1 + chance.below(mostPipelined) : 1 }, () =>
      this.#case(chance),
    );
    const end = cases.findIndex(({ isWhole }) => !isWhole);
    const whole = end < 0 ? cases : cases.slice(0, end);
    const broken = end < 0 ? null : (cases[end] ?? null);
    this.sent += whole.length + (broken === null ? 0 : 1);
    const bytes = Buffer.concat([...whole, ...(broken === null ? [] : [broken])].map((one) => one.bytes));
    await this.#send(wire, bytes, chance);
    if (chance.one(0.02)) {
      // A client that is gone, or says that it sends nothing more.
      if (chance.one(0.5)) wire.socket.end();
      return false;
    }
    const mayBeCut = broken !== null || bytes.length > cutFromBytes;
    for (const sent of whole) if (!(await this.#read(wire, sent, number, mayBeCut))) return false;
    if (broken === null) return true;
    wire.send(goodbye);
    await this.#readToTheEnd(wire, broken, number);
    return false;
  }

  async #send(wire: Wire, bytes: Buffer, chance: Chance): Promise<void> {
    if (chance.one(0.95)) return wire.send(bytes);
    const at = chance.below(bytes.length + 1);
    wire.send(bytes.subarray(0, at));
    await new Promise((resolve) => setImmediate(resolve));
    wire.send(bytes.subarray(at));
  }

  /** False when it was the last answer of its connection. */
  async #read(wire: Wire, sent: Case, number: number, mayBeCut: boolean): Promise<boolean> {
    const answer = await this.#answerTo(sent, number, () => wire.answer(sent.method === "HEAD"));
    if (answer === null && mayBeCut) return false;
    if (answer === null) this.#fail(sent, number, "no answer");
    this.#judge(answer, sent, number);
    return !isLast(answer);
  }

  /** Whatever the bytes were taken for, each answer must be one. */
  async #readToTheEnd(wire: Wire, sent: Case, number: number): Promise<void> {
    for (;;) {
      const answer = await this.#answerTo(sent, number, () => wire.answer(sent.method === "HEAD"));
      if (answer === null) return;
      this.#judge(answer, sent, number);
      if (isLast(answer)) return;
    }
  }

  async #answerTo(sent: Case, number: number, read: () => Promise<Answer | null>): Promise<Answer | null> {
    try {
      return await read();
    } catch (error) {
      return this.#fail(sent, number, (error as Error).message);
    }
  }

  #judge(answer: Answer, sent: Case, number: number): void {
    const [, code = ""] = /"code":"(\w+)"/.exec(answer.status < 400 ? "" : answer.body.toString()) ?? [];
    const key = `${answer.status} ${code}`;
    const before = this.#before.get(number) ?? [];
    before.push(`${key} to ${shown(sent.bytes, shownBytes / 4)}, ${answer.headers.get("connection")}`);
    if (before.length > shownBefore) before.shift();
    this.answers.set(key, (this.answers.get(key) ?? 0) + 1);
    if (answer.status < 400 && sent.operation !== null) this.#reached.add(sent.operation.id);
    const fault = answerFault(answer, sent);
    if (fault !== null) this.#fail(sent, number, `${fault}: ${answer.body.toString().slice(0, shownBytes)}`);
  }

  #fail({ bytes, story }: Case, number: number, fault: string): never {
    const before = this.#before.get(number)?.join("\n");
    throw new Error(
      `SEED=${this.#options.seed}, conversation ${number} (${story}): ${fault}\nafter ${shown(bytes, shownBytes)}\nbefore it:\n${before}`,
    );
  }
}

/** Whether nothing can follow it on its connection. */
const isLast = (answer: Answer): boolean =>
  answer.status === 101 || isEndless(answer) || /close/.test(answer.headers.get("connection") ?? "");

const shown = (bytes: Buffer, most: number): string =>
  `${bytes.length} bytes ${JSON.stringify(bytes.toString("latin1", 0, most))}`;
