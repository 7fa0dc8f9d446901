import type { ChallengeItem, ChallengePage } from "../../flow/challenge.ts";
import { keypairOfUri } from "../../keys/uri.ts";
import { ValidatorClient, type ValidatorReply } from "../client.ts";
import { PullMiner } from "./pullMiner.ts";

/** How far back the replayed request is dated: past every sane signature window. */
const REPLAY_AGE_MS = 600_000;

/**
 * A miner that never solves: it sends wrong assignments, challenges of another miner and replays of old signed requests in
 * turn. It shows what the validator refuses, and earns nothing.
 */
export class Cheat extends PullMiner {
  #turn = 0;
  #accomplice: ValidatorClient | null = null;

  protected override async work(item: ChallengeItem): Promise<ValidatorReply | null> {
    const tricks = [() => this.#guess(item), () => this.#steal(), () => this.#replay(item)];
    const reply = await tricks[this.#turn++ % tricks.length]?.();
    await this.pause(1, `tried trick ${this.#turn % tricks.length}`);
    return reply?.code === "epoch_expired" ? reply : null;
  }

  /** A random assignment: well-formed, and wrong. */
  #guess(item: ChallengeItem): Promise<ValidatorReply> {
    const bits = this.modules.random.bytes(item.n_vars);
    return this.submit(
      item.challenge_id,
      bits.map((byte) => byte & 1),
    );
  }

  /** The challenge of another hotkey, which the cheat also controls, submitted as its own. */
  async #steal(): Promise<ValidatorReply> {
    this.#accomplice ??= new ValidatorClient(
      { url: this.options.url, keypair: await keypairOfUri("//Accomplice"), signal: this.options.signal },
      this.modules,
    );
    const listed = await this.#accomplice.signed(
      "GET",
      `/v1/challenges?lane=${this.options.lane}&tier=1&offset=0&limit=1`,
    );
    const foreign = listed.code === null ? (JSON.parse(listed.text) as ChallengePage).items[0] : undefined;
    return foreign === undefined ? listed : this.#guess(foreign);
  }

  /** A request with a valid but old signature, like a recorded one. */
  async #replay(item: ChallengeItem): Promise<ValidatorReply> {
    const body = JSON.stringify({ challenge_id: item.challenge_id, assignment_b64: "AAAA" });
    const reply = await this.client.signed("POST", "/v1/submissions", body, REPLAY_AGE_MS);
    await this.proceed(reply);
    return reply;
  }
}
