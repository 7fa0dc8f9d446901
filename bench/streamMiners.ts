import { WebSocket } from "ws";
import { sha256Hex } from "../src/core/hash.ts";
import type { Keypair } from "../src/keys/keypair.ts";
import { hotkeys } from "./presign.ts";

/** The parent's order: how many miners, with a fixed time per job. */
export interface MinerFleet {
  readonly url: string;
  readonly validator: string;
  readonly miners: number;
  readonly capacity: number;
  readonly serviceMs: number;
  /** Answers (JSON) by the first public input; `any` answers whatever is asked. */
  readonly answers: Readonly<Record<string, string>>;
}

/** Counts that go to the parent twice a second. */
export interface FleetCounts {
  readonly open: number;
  readonly taken: number;
  readonly answered: number;
  readonly closed: number;
}

/** Answers due within one slot are sent together: a timer per job would cost more than the job. */
const SLOT_MS = 5;

const counts = { open: 0, taken: 0, answered: 0, closed: 0 };

function headers(keypair: Keypair, validator: string): Record<string, string> {
  const timestamp = String(Date.now());
  const uuid = crypto.randomUUID();
  const message = Buffer.from(`${sha256Hex("")}.${uuid}.${timestamp}.${validator}`);
  return {
    "Epistula-Version": "2",
    "Epistula-Timestamp": timestamp,
    "Epistula-Uuid": uuid,
    "Epistula-Signed-By": keypair.hotkey,
    "Epistula-Signed-For": validator,
    "Epistula-Request-Signature": `0x${Buffer.from(keypair.sign(message)).toString("hex")}`,
  };
}

/** Jobs wait here until their time is up. */
class Service {
  serviceMs: number;
  readonly #slots = new Map<number, [WebSocket, string][]>();
  #next = Math.floor(performance.now() / SLOT_MS);

  constructor(serviceMs: number) {
    this.serviceMs = serviceMs;
    setInterval(() => this.#deliver(), SLOT_MS);
  }

  take(socket: WebSocket, frame: string): void {
    const slot = Math.ceil((performance.now() + this.serviceMs) / SLOT_MS);
    const due = this.#slots.get(slot);
    if (due === undefined) this.#slots.set(slot, [[socket, frame]]);
    else due.push([socket, frame]);
  }

  #deliver(): void {
    const now = Math.floor(performance.now() / SLOT_MS);
    for (; this.#next <= now; this.#next++) {
      for (const [socket, frame] of this.#slots.get(this.#next) ?? []) {
        counts.answered++;
        socket.send(frame);
      }
      this.#slots.delete(this.#next);
    }
  }
}

interface JobFrame {
  readonly type: string;
  readonly job_id: string;
  readonly input: Readonly<Record<string, string | readonly string[]>>;
}

function answerOf(fleet: MinerFleet, input: JobFrame["input"]): string {
  const first = Object.values(input)[0];
  const key = typeof first === "string" ? first : (first?.[0] ?? "");
  const answer = fleet.answers[key] ?? fleet.answers.any;
  if (answer === undefined) throw new Error("the fleet has no answer to this input");
  return answer;
}

async function join(fleet: MinerFleet, keypair: Keypair, service: Service): Promise<void> {
  const socket = new WebSocket(`${fleet.url.replace(/^http/, "ws")}/v1/stream`, {
    headers: headers(keypair, fleet.validator),
    perMessageDeflate: false,
  });
  socket.on("error", (error) => console.error(`fleet: ${error.message}`));
  socket.on("close", () => counts.closed++);
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as JobFrame;
    if (frame.type !== "job") return;
    counts.taken++;
    const answer = answerOf(fleet, frame.input);
    service.take(socket, `{"type":"answer","job_id":"${frame.job_id}","answer":${answer}}`);
  });
  await new Promise((resolve) => socket.once("open", resolve));
  socket.send(JSON.stringify({ type: "hello", id: 1, lanes: ["groth16"], capacity: fleet.capacity }));
  counts.open++;
}

async function start(fleet: MinerFleet): Promise<void> {
  const service = new Service(fleet.serviceMs);
  process.on("message", ({ serviceMs }: { serviceMs: number }) => {
    service.serviceMs = serviceMs;
  });
  const pairs = await hotkeys(fleet.miners);
  for (let i = 0; i < pairs.length; i += 25)
    await Promise.all(pairs.slice(i, i + 25).map((pair) => join(fleet, pair, service)));
  setInterval(() => process.send?.(counts satisfies FleetCounts), 500);
}

process.once("message", (fleet: MinerFleet) => void start(fleet));
process.once("disconnect", () => process.exit(0));
