import { setTimeout as sleep } from "node:timers/promises";
import type { IdScheme } from "../../../../src/challenge/scheme.ts";
import { makeSealed } from "../../../../src/challenge/sealed.ts";
import { systemClock } from "../../../../src/core/clock.ts";
import { epochAt } from "../../../../src/core/ids.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import type { Receipt } from "../../../../src/flow/submission.ts";
import { keypairOfUri } from "../../../../src/keys/uri.ts";
import { generate } from "../../../../src/lanes/sat/generate.ts";
import { encodeBitset } from "../../../../src/lanes/sat/solution.ts";
import { ValidatorClient, type ValidatorReply } from "../../../../src/miner/client.ts";
import { testSecret } from "../../validator/validator.ts";

const sealed = makeSealed(Buffer.from(testSecret));

/** A challenge of a hotkey with its planted answer, made from the secret that the test knows. */
export interface PlantedChallenge {
  readonly challengeId: string;
  /** base64 of the planted bitset. */
  readonly right: string;
  /** The same with every second bit flipped: the complement of an `ajm` model would satisfy too. */
  readonly wrong: string;
}

export function planted(
  hotkey: string,
  seq: number,
  tier = 1,
  epoch = epochAt(systemClock.nowMs(), 1),
  scheme: IdScheme = sealed,
): PlantedChallenge {
  const { challengeId, seed } = scheme.issue(hotkey, epoch, tier, seq);
  const { model } = generate({ seed, vars: 400, clauses: 1704, method: tier === 1 ? "biased" : "ajm" });
  const bits = encodeBitset(model);
  const flipped = bits.map((byte) => byte ^ 0x55);
  return {
    challengeId,
    right: Buffer.from(bits).toString("base64"),
    wrong: Buffer.from(flipped).toString("base64"),
  };
}

export async function clientOf(url: string, uri: string): Promise<ValidatorClient> {
  return new ValidatorClient(
    { url, keypair: await keypairOfUri(uri) },
    { clock: systemClock, random: systemRandom },
  );
}

export function submit(
  client: ValidatorClient,
  challengeId: string,
  assignment: string,
): Promise<ValidatorReply> {
  return client.signed(
    "POST",
    "/v1/submissions",
    JSON.stringify({ challenge_id: challengeId, assignment_b64: assignment }),
  );
}

export function receiptIn(reply: ValidatorReply): Receipt {
  return JSON.parse(reply.text) as Receipt;
}

/** Asks for a receipt until it has ended. */
export async function ended(client: ValidatorClient, receiptId: string): Promise<Receipt> {
  for (;;) {
    const reply = await client.signed("GET", `/v1/receipts/${receiptId}`);
    if (reply.status !== 200 && reply.status !== 429)
      throw new Error(`receipt: ${reply.status} ${reply.text}`);
    const receipt = receiptIn(reply);
    if (reply.status === 200 && receipt.state !== "pending" && receipt.state !== "verifying") return receipt;
    await sleep(50);
  }
}
