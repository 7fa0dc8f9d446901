import { setTimeout as sleep } from "node:timers/promises";
import type { Receipt } from "../../../src/flow/submission.ts";
import type { ValidatorClient, ValidatorReply } from "../../../src/miner/client.ts";
import { type CraftedChallenge, crafted } from "../crafted.ts";
import { receiptIn, submit } from "../lanes/sat/answers.ts";

/** An answer that the validator acknowledged. */
export interface Acknowledged {
  readonly challengeId: string;
  readonly answer: string;
  readonly isRight: boolean;
  readonly receipt: Receipt;
}

type Plan = (challenge: CraftedChallenge) => readonly (readonly string[])[];

/** What is sent for one challenge after the other; answers of one inner list are sent at once. */
const plans: readonly Plan[] = [
  ({ right }) => [[right[0]]],
  ({ right }) => [[right[0], right[1]]],
  ({ right, wrong }) => [[wrong[0]], [right[0]]],
  ({ right }) => [[right[1], right[1]], [right[1]]],
  ({ right, wrong }) => [[wrong[0], right[0], right[1]]],
  ({ wrong }) => [[wrong[0], wrong[1]], [wrong[2]]],
];

/** Submits without end, and sends every answer until the validator says something to it, through any number of kills. */
export class StubbornMiner {
  readonly client: ValidatorClient;
  readonly acknowledged: Acknowledged[] = [];
  /** Answers other than 200, 202 and the refusals that the plans provoke. */
  readonly surprises: string[] = [];
  /** Refusals to try again later, by their code. */
  readonly deferred = new Map<string, number>();
  /** Requests that ended without an answer. */
  lost = 0;
  #stopped = false;

  constructor(client: ValidatorClient) {
    this.client = client;
  }

  async run(): Promise<void> {
    for (let seq = 0; !this.#stopped; seq++) {
      const challenge = crafted(this.client.keypair.hotkey, seq);
      for (const answers of plans[seq % plans.length]?.(challenge) ?? [])
        await Promise.all(answers.map((answer) => this.#insist(challenge, answer)));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  async #insist(challenge: CraftedChallenge, answer: string): Promise<void> {
    for (;;) {
      const reply = await this.#send(challenge.challengeId, answer);
      if (reply !== null && reply.status !== 429 && reply.status !== 503)
        return this.#note(challenge, answer, reply);
      if (reply !== null) this.#defer(reply);
      if (this.#stopped && reply === null) return;
      await sleep(20);
    }
  }

  async #send(challengeId: string, answer: string): Promise<ValidatorReply | null> {
    try {
      return await submit(this.client, challengeId, answer);
    } catch {
      this.lost++;
      return null;
    }
  }

  #defer({ status, code, retryAfterS, text }: ValidatorReply): void {
    const key = `${status} ${code}`;
    this.deferred.set(key, (this.deferred.get(key) ?? 0) + 1);
    if (retryAfterS === null) this.surprises.push(`no Retry-After: ${status} ${text}`);
  }

  #note({ challengeId, right }: CraftedChallenge, answer: string, reply: ValidatorReply): void {
    if (reply.status === 200 || reply.status === 202) {
      const isRight = right.includes(answer);
      this.acknowledged.push({ challengeId, answer, isRight, receipt: receiptIn(reply) });
    } else if (reply.code !== "already_solved") this.surprises.push(`${reply.status} ${reply.text}`);
  }
}
