import { generateKeyPairSync, sign } from "node:crypto";
import { decodeHotkey } from "../src/core/ss58.ts";
import { signedHeaders } from "../src/epistula/sign.ts";
import { SignatureVerifier } from "../src/epistula/signatureVerifier.ts";
import type { SignatureTask } from "../src/flow/pool.ts";
import type { Status } from "../src/http/handlers.ts";
import type { Keypair } from "../src/keys/keypair.ts";
import { inSlices, perSecond, type Subject } from "./inTurn.ts";
import { type LoaderPlan, loaderFor } from "./loader.ts";
import { hotkeys, type SessionSigner, type SessionsByHotkey } from "./presign.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { type Cpu, cpuOf } from "./scale/cpu.ts";
import { type BenchServer, benchConfig, startValidatorWith } from "./server.ts";

/** Opening many sessions from one address. */
const config = { admit: { ...benchConfig.admit, per_ip_per_min: 10_000_000 } };
const plan: LoaderPlan = { scheme: "sealed", tiers: [1] };

async function opened(server: BenchServer, validator: string, pair: Keypair): Promise<SessionSigner> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("hex");
  const body = JSON.stringify({ ed25519_public_key: key, binds: "request" });
  const parts = { uuid: crypto.randomUUID(), timestamp: String(Date.now()), signedFor: validator };
  const headers = { ...signedHeaders(pair, body, parts), "Content-Type": "application/json" };
  const answer = await fetch(`${server.url}/v1/sessions`, { method: "POST", headers, body });
  if (answer.status !== 201) throw new Error(`POST /v1/sessions answered ${answer.status}`);
  const { session_id: id } = (await answer.json()) as { session_id: string };
  return { id, sign: (message) => sign(null, message, privateKey) };
}

async function openedAll(server: BenchServer, pairs: readonly Keypair[]): Promise<SessionsByHotkey> {
  const { validator } = (await (await fetch(`${server.url}/v1/status`)).json()) as Status;
  const sessions = new Map<string, SessionSigner>();
  for (const pair of pairs) sessions.set(pair.hotkey, await opened(server, validator, pair));
  return sessions;
}

async function subjectOf(
  server: BenchServer,
  options: BenchOptions,
  more: Partial<LoaderPlan>,
): Promise<Subject> {
  const loader = await loaderFor(server, options, { ...plan, ...more });
  return { server, loader, total: { accepted: 0, seconds: 0 } };
}

/** Microseconds of processor time per accepted answer: of the main thread, and of all others of the validator. */
function costOf({ server, total }: Subject, before: Cpu): { mainUs: number; threadsUs: number } {
  const { main, all } = cpuOf(server.pid);
  const mainUs = (main - before.main) / total.accepted;
  return { mainUs, threadsUs: (all - before.all) / total.accepted - mainUs };
}

/** Checks of one signature by one thread; most of the first ones are compiled. */
const CHECKS = 2000;
const WARM_CHECKS = 500;

/** Microseconds of processor time per check, as a worker does it. */
function checkUs(task: SignatureTask): number {
  const verifier = new SignatureVerifier();
  const check = (times: number): void => {
    for (let i = 0; i < times; i++)
      if (!verifier.verify(task)) throw new Error("a good signature is refused");
  };
  check(WARM_CHECKS);
  const before = process.cpuUsage();
  check(CHECKS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CHECKS;
}

/** What the two signatures of a message cost to check. */
function checkCosts(pair: Keypair): { sr25519: number; ed25519: number } {
  const message = Buffer.from("the message of a request, about as long as it is in practice".repeat(3));
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const hotkey = decodeHotkey(pair.hotkey) ?? new Uint8Array();
  return {
    sr25519: checkUs({ scheme: "sr25519", publicKey: hotkey, message, signature: pair.sign(message) }),
    ed25519: checkUs({
      scheme: "ed25519",
      publicKey: key,
      message,
      signature: sign(null, message, privateKey),
    }),
  };
}

/**
 * Signatures of sessions beside those of hotkeys: two validators, in turn. A session saves the difference of two checks;
 * `limit_of_free_checks` is what it would gain if its own cost nothing, where the validator's processor time is the bottleneck.
 */
export async function compareSessions(options: BenchOptions): Promise<BenchReport> {
  const servers = [
    await startValidatorWith(config, async () => {}),
    await startValidatorWith(config, async () => {}),
  ];
  const [plain, keyed] = servers;
  try {
    if (plain === undefined || keyed === undefined) throw new RangeError("two servers");
    const pairs = await hotkeys(options.hotkeys);
    options.progress(`opening ${pairs.length} sessions`);
    const sessions = await openedAll(keyed, pairs);
    const subjects = {
      sr25519: await subjectOf(plain, options, {}),
      sessions: await subjectOf(keyed, options, { sessions }),
    };
    const warm = { ...options, seconds: Math.min(4, options.seconds) };
    await inSlices(subjects, warm);
    for (const { total } of Object.values(subjects)) Object.assign(total, { accepted: 0, seconds: 0 });
    const before = { sr25519: cpuOf(plain.pid), sessions: cpuOf(keyed.pid) };
    await inSlices(subjects, options);
    const [sessionsPerS, sr25519PerS] = [perSecond(subjects.sessions), perSecond(subjects.sr25519)];
    const [bySession, byHotkey] = [
      costOf(subjects.sessions, before.sessions),
      costOf(subjects.sr25519, before.sr25519),
    ];
    const [pair] = pairs;
    if (pair === undefined) throw new RangeError("no hotkeys");
    const checks = checkCosts(pair);
    const costUs = byHotkey.mainUs + byHotkey.threadsUs;
    return {
      bench: "submit",
      figures: {
        ...{ sessions_per_s: round(sessionsPerS, 1), sr25519_per_s: round(sr25519PerS, 1) },
        ...{ sessions_main_us: round(bySession.mainUs, 1), sr25519_main_us: round(byHotkey.mainUs, 1) },
        ...{ sessions_threads_us: round(bySession.threadsUs, 1) },
        ...{ sr25519_threads_us: round(byHotkey.threadsUs, 1) },
        ...{ session_check_us: round(checks.ed25519, 1), sr25519_check_us: round(checks.sr25519, 1) },
      },
      ratios: {
        sessions_to_sr25519: round(sessionsPerS / sr25519PerS),
        limit_of_free_checks: round(costUs / (costUs - checks.sr25519)),
      },
      machine: machine(),
    };
  } finally {
    for (const server of servers) await server.stop();
  }
}
