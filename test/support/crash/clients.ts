import { rightAnswer } from "../../../sim/network/lane.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { JobOrder } from "../../../src/flow/job.ts";
import type { MinerLink } from "../../../src/flow/link.ts";
import { WORK } from "./lanes.ts";
import { validator } from "./outside.ts";
import type { Process } from "./process.ts";

/** A miner hands an answer in, as often as it likes, and remembers what it was told. */
export async function submit(
  { admission, outside }: Process,
  hotkey: string,
  challengeId: string,
  text: string,
): Promise<void> {
  const rawBody = Buffer.from(text);
  const headers = {
    "epistula-version": "2",
    "epistula-timestamp": String(outside.time.now),
    "epistula-uuid": outside.uuid(),
    "epistula-signed-by": hotkey,
    "epistula-signed-for": validator,
    "epistula-request-signature": `0x${sha256Hex(text).repeat(2)}`,
  };
  const caller = {
    ...{ headers, rawBody, method: "POST", target: "/v1/submissions", ip: "192.0.2.1" },
    signal: new AbortController().signal,
  };
  const answer = { encoding: "text" as const, bytes: rawBody };
  try {
    const { submission } = await admission.submit(caller, { challenge_id: challengeId, answer });
    outside.note({ kind: "acknowledged", receiptId: submission.receiptId, hotkey, challengeId });
    outside.passed("after 202");
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    if (error.problem.code === "suspended")
      outside.note({ kind: "suspended", hotkey, untilBlock: error.problem.until_block });
  }
}

/** A miner that is sent jobs, and answers when it is told to. */
export class Worker {
  readonly #orders: JobOrder[] = [];
  readonly #life: Process;
  readonly #link: MinerLink;

  constructor(life: Process, hotkey: string) {
    this.#life = life;
    this.#link = {
      ...{ hotkey, transport: "stream", lanes: [WORK], capacity: 4, writable: true },
      send: (order) => {
        life.outside.passed("before send of a job");
        this.#orders.push(order);
        return 100;
      },
      close: () => life.dispatcher.closed(this.#link, "suspended"),
    };
    life.dispatcher.opened(this.#link);
  }

  /** Goes away, with what it has not answered. */
  leave(): void {
    this.#life.dispatcher.closed(this.#link, "gone");
  }

  /** Answers what it was sent so far. */
  answer(cheats: boolean): void {
    for (const { job_id, input } of this.#orders.splice(0)) {
      const text = cheats ? "{}" : rightAnswer(String(input.x));
      this.#life.dispatcher.answered(this.#link, job_id, { size: text.length, text: () => text });
    }
  }
}
