import { randomUUID } from "node:crypto";
import { IndexCache } from "../src/challenge/indexCache.ts";
import { makeIndexed } from "../src/challenge/indexed.ts";
import type { IdScheme, SchemeName } from "../src/challenge/scheme.ts";
import { makeSealed } from "../src/challenge/sealed.ts";
import { sha256Hex } from "../src/core/hash.ts";
import { noMetrics } from "../src/core/metrics.ts";
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
  readonly scheme: SchemeName;
  /** In rotation: all hotkeys send an answer of the first tier, then one of the next. */
  readonly tiers: readonly number[];
  /** What signs in place of the hotkeys. */
  readonly sessions?: SessionsByHotkey;
}

/** How the default configuration's tiers are made. */
const methodOf = (tier: number) => (tier === 2 ? "ajm" : "biased");

function schemeOf({ secret, scheme }: PresignPlan): IdScheme {
  const master = Buffer.from(secret);
  if (scheme === "sealed") return makeSealed(master);
  const build = async (): Promise<Uint8Array> =>
    Promise.reject(new RangeError("presign: nothing is recovered"));
  return makeIndexed(master, {
    name: "presign",
    cache: new IndexCache({ bytes: 1, builds: 1 }, noMetrics),
    build,
  });
}

/** A session of a hotkey, which binds method, path and query. */
export interface SessionSigner {
  readonly id: string;
  sign(message: Uint8Array): Uint8Array;
}

export type SessionsByHotkey = ReadonlyMap<string, SessionSigner>;

export function hotkeys(count: number): Promise<Keypair[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => keypairOfUri(`//Bench//${index}`)));
}

function request(plan: PresignPlan, keypair: Keypair, body: string): Buffer {
  const uuid = randomUUID();
  const session = plan.sessions?.get(keypair.hotkey);
  const bound = session === undefined ? "" : "POST /v1/submissions.";
  const message = `${bound}${sha256Hex(body)}.${uuid}.${plan.nowMs}.${plan.validator}`;
  const signature = Buffer.from((session ?? keypair).sign(Buffer.from(message))).toString("hex");
  const named = session === undefined ? "" : `Assay-Session: ${session.id}\r\n`;
  return Buffer.from(
    `POST /v1/submissions HTTP/1.1\r\nHost: ${plan.host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nEpistula-Version: 2\r\nEpistula-Timestamp: ${plan.nowMs}\r\n` +
      `Epistula-Uuid: ${uuid}\r\nEpistula-Signed-By: ${keypair.hotkey}\r\nEpistula-Signed-For: ${plan.validator}\r\n` +
      `${named}Epistula-Request-Signature: 0x${signature}\r\n\r\n${body}`,
  );
}

/** Signed submissions with right answers, hotkeys in rotation, every challenge used once; `sent` were made before. */
export function presign(plan: PresignPlan, pairs: readonly Keypair[], count: number, sent: number): Buffer[] {
  const scheme = schemeOf(plan);
  return Array.from({ length: count }, (_, index) => {
    const keypair = pairs[index % pairs.length];
    if (keypair === undefined) throw new RangeError("presign: no hotkeys");
    const turn = Math.ceil(sent / pairs.length) + Math.floor(index / pairs.length);
    const tier = plan.tiers[turn % plan.tiers.length] ?? 1;
    const seq = Math.floor(turn / plan.tiers.length);
    const { challengeId, seed } = scheme.issue(keypair.hotkey, plan.epoch, tier, seq);
    const { model } = generate({ seed, vars: 400, clauses: 1704, method: methodOf(tier) });
    const assignment_b64 = Buffer.from(encodeBitset(model)).toString("base64");
    return request(plan, keypair, JSON.stringify({ challenge_id: challengeId, assignment_b64 }));
  });
}
