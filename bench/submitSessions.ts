import { generateKeyPairSync, sign } from "node:crypto";
import { signedHeaders } from "../src/epistula/sign.ts";
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

/**
 * Signatures of sessions beside those of hotkeys: two validators, in turn. What a session can gain is limited by what it
 * saves: `limit_by_main` where the main thread is the bottleneck, `limit_by_cores` where the cores are.
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
    return {
      bench: "submit",
      figures: {
        ...{ sessions_per_s: round(sessionsPerS, 1), sr25519_per_s: round(sr25519PerS, 1) },
        ...{ sessions_main_us: round(bySession.mainUs, 1), sr25519_main_us: round(byHotkey.mainUs, 1) },
        ...{ sessions_threads_us: round(bySession.threadsUs, 1) },
        ...{ sr25519_threads_us: round(byHotkey.threadsUs, 1) },
      },
      ratios: {
        sessions_to_sr25519: round(sessionsPerS / sr25519PerS),
        limit_by_main: round(byHotkey.mainUs / bySession.mainUs),
        limit_by_cores: round(
          (byHotkey.mainUs + byHotkey.threadsUs) / (bySession.mainUs + bySession.threadsUs),
        ),
      },
      machine: machine(),
    };
  } finally {
    for (const server of servers) await server.stop();
  }
}
