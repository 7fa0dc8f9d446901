import { setTimeout as sleep } from "node:timers/promises";
import type { ValidatorClient } from "../../../../src/miner/client.ts";
import { clientOf, ended, planted, receiptIn, submit } from "../../lanes/sat/answers.ts";

const PAUSE_MS = 50;

/** Submits right answers one after the other, as long as a test attacks the validator. */
export class HonestMiner {
  readonly #client: ValidatorClient;
  readonly #receipts: string[] = [];
  /** Answers other than 202, by status and code. */
  readonly refusals = new Map<string, number>();
  #stopped = false;
  readonly #done: Promise<void>;

  private constructor(client: ValidatorClient) {
    this.#client = client;
    this.#done = this.#work();
  }

  static async start(url: string, uri: string): Promise<HonestMiner> {
    const client = await clientOf(url, uri);
    await client.openSession();
    return new HonestMiner(client);
  }

  get hotkey(): string {
    return this.#client.keypair.hotkey;
  }

  #refused(why: string): void {
    this.refusals.set(why, (this.refusals.get(why) ?? 0) + 1);
  }

  async #work(): Promise<void> {
    for (let seq = 0; !this.#stopped; seq++) {
      const { challengeId, right } = planted(this.#client.keypair.hotkey, seq % 10_000);
      const reply = await submit(this.#client, challengeId, right);
      if (reply.status === 202) this.#receipts.push(receiptIn(reply).receipt_id);
      else if (reply.status !== 200) this.#refused(`${reply.status} ${reply.code}`);
      await sleep(PAUSE_MS);
    }
  }

  /** Stops; returns how many of the receipts did not end accepted. */
  async stop(): Promise<{ accepted: number; others: number }> {
    this.#stopped = true;
    await this.#done;
    const ends = [];
    for (const id of this.#receipts) ends.push((await ended(this.#client, id)).state);
    const accepted = ends.filter((state) => state === "accepted").length;
    return { accepted, others: ends.length - accepted };
  }
}
