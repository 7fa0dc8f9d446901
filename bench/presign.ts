import { randomUUID } from "node:crypto";
import { makeSealed } from "../src/challenge/sealed.ts";
import { sha256Hex } from "../src/core/hash.ts";
import type { Keypair } from "../src/keys/keypair.ts";
import { keypairOfUri } from "../src/keys/uri.ts";
import { generate } from "../src/lanes/sat/generate.ts";
import { encodeBitset } from "../src/lanes/sat/solution.ts";

/** What a server must know for the requests to be good. */
export interface PresignPlan {
  readonly secret: string;
  readonly validator: string;
  readonly epoch: number;
  readonly host: string;
  readonly nowMs: number;
}

export function hotkeys(count: number): Promise<Keypair[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => keypairOfUri(`//Bench//${index}`)));
}

function request(plan: PresignPlan, keypair: Keypair, body: string): Buffer {
  const uuid = randomUUID();
  const message = `${sha256Hex(body)}.${uuid}.${plan.nowMs}.${plan.validator}`;
  const signature = Buffer.from(keypair.sign(Buffer.from(message))).toString("hex");
  return Buffer.from(
    `POST /v1/submissions HTTP/1.1\r\nHost: ${plan.host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nEpistula-Version: 2\r\nEpistula-Timestamp: ${plan.nowMs}\r\n` +
      `Epistula-Uuid: ${uuid}\r\nEpistula-Signed-By: ${keypair.hotkey}\r\nEpistula-Signed-For: ${plan.validator}\r\n` +
      `Epistula-Request-Signature: 0x${signature}\r\n\r\n${body}`,
  );
}

/** Signed submissions with right answers, hotkeys in rotation, every challenge used once; `first` is the first seq. */
export function presign(
  plan: PresignPlan,
  pairs: readonly Keypair[],
  count: number,
  first: number,
): Buffer[] {
  const scheme = makeSealed(Buffer.from(plan.secret));
  return Array.from({ length: count }, (_, index) => {
    const keypair = pairs[index % pairs.length];
    if (keypair === undefined) throw new RangeError("presign: no hotkeys");
    const seq = first + Math.floor(index / pairs.length);
    const { challengeId, seed } = scheme.issue(keypair.hotkey, plan.epoch, 1, seq);
    const { model } = generate({ seed, vars: 400, clauses: 1704, method: "biased" });
    const assignment_b64 = Buffer.from(encodeBitset(model)).toString("base64");
    return request(plan, keypair, JSON.stringify({ challenge_id: challengeId, assignment_b64 }));
  });
}
