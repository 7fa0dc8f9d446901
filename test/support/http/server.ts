import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { systemClock } from "../../../src/core/clock.ts";
import { publicJwk } from "../../../src/core/ed25519.ts";
import { type Log, silentLog } from "../../../src/core/log.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import type { Caller } from "../../../src/flow/caller.ts";
import type { HeldWeights } from "../../../src/flow/chain.ts";
import type { Draw } from "../../../src/flow/draw.ts";
import type { SkiplistItem } from "../../../src/flow/standing.ts";
import type { Receipt, SubmitRequest } from "../../../src/flow/submission.ts";
import { EventHub } from "../../../src/http/events/hub.ts";
import type {
  ChainWeightsView,
  CircuitsView,
  Handlers,
  HistoryView,
  JobView,
  MinerView,
  OverviewView,
  StrikePage,
  WeightPlanSummary,
  WeightPlanView,
} from "../../../src/http/handlers.ts";
import type { PageFile, PageFiles } from "../../../src/http/page/pageFiles.ts";
import type { AlertList } from "../../../src/http/routes/alertSchemas.ts";
import { type HttpOptions, type HttpServer, startHttp } from "../../../src/http/server.ts";
import { MetricRegistry } from "../../../src/observe/metrics.ts";

export const hotkey = encodeHotkey(new Uint8Array(32).fill(7));
export const operatorToken = "operator-token";
const hash = "ab".repeat(32);

export const receipt: Receipt = {
  receipt_id: `rc_${"0".repeat(32)}`,
  state: "pending",
  challenge_id: `pm-t1-e9-${"a".repeat(24)}`,
  hotkey,
  lane: "sat",
  tier: 1,
  received_at: 1_700_000_000_000,
  answer_sha256: hash,
  signature: "c2ln",
};

const miner: MinerView = {
  hotkey,
  standing: "active",
  first_seen_block: 1,
  last_seen_block: 2,
  until_block: null,
  strikes: 0,
  counts: { submitted: 1, accepted: 1, rejected: 0, void: 0 },
};

const ledgerStrike: StrikePage["items"][number] = {
  ...{ strike_id: "st_1", hotkey, lane: "sat", block: 3, at: 1, counted: true, suspended_until: null },
  ...{ lifted: false, epoch: 9, work_id: receipt.challenge_id, receipt_id: receipt.receipt_id },
  ...{ code: "solution_unsatisfied", checker: "sat/1", rule: "one strike" },
};

const draw: Draw = {
  epoch: 9,
  lane: "sat",
  hotkey,
  work_id: receipt.challenge_id,
  class: "lane",
  rate: "1",
  x: "0".repeat(16),
  sampled: true,
};

const suspension: SkiplistItem = {
  hotkey,
  kind: "operator",
  until_block: 7200,
  reason: "answers resold",
  by: "operator",
  at: 1_700_000_000_000,
};

const vector = {
  version: 1,
  network: "local",
  netuid: 0,
  validator: hotkey,
  ...{ period: 3, epoch: 3 },
  block: 1000,
  issued_at: 1,
  expires_at: 2,
  policy_hash: `sha256:${hash}`,
  key_id: "kid",
  weights: [{ hotkey, uid: 1, weight: 1, u16: 65_535 }],
  signature: "c2ln",
} as const;

const step = { state: "planned", block: 999, at: 1, reason: null } as const;
export const weightPlan: WeightPlanView = {
  ...{ period: 3, netuid: 0, mechanism: 0, hotkey, state: "submitted", reason: null, method: "timelocked" },
  ...{ attempts: 1, burn_hotkey: null, version_key: 0, round: 1, commit_block: null, commit_epoch: null },
  rows: [{ uid: 1, hotkey, u16: 65_535 }],
  sent: [{ uid: 1, hotkey, u16: 65_535 }],
  ...{ left_out: [], confirmed_block: null },
  steps: [step, { ...step, state: "submitted", block: 1000 }],
  extrinsics: [{ purpose: "weights", hash: `0x${hash}`, nonce: 4, from_block: 1000, until_block: 1064 }],
};
const held: HeldWeights = {
  ...{ block: 1000, uid: 7, weights: [{ uid: 1, u16: 65_535 }] },
  hash_commits: [{ hash: `0x${hash}`, epoch: 2, block: 990 }],
  timelocked_commits: [{ epoch: 2, block: 990, round: 1 }],
};
export const planSummary: WeightPlanSummary = {
  ...{ period: 3, state: "submitted", method: "timelocked", reason: null, attempts: 1 },
  ...{ planned_at: 1, changed_at: 2, blocks: { planned: 999, submitted: 1000 }, extrinsic: `0x${hash}` },
};
const chainWeights: ChainWeightsView = {
  ...{
    block: 1000,
    plans: [planSummary],
    waits: "endpoints disagree",
    retry_at: 1064,
    next_epoch_block: 1200,
  },
  last_confirmed: { period: 2, block: 640 },
  stopped: { code: "another_validator_on_this_hotkey", block: 999, at: 1 },
  alarms: [{ code: "weights_late", text: "the weights of period 3 are late", since_block: 998 }],
};

export const job: JobView = {
  job_id: `jb_${"0".repeat(32)}`,
  client_key: "order-1",
  lane: "groth16",
  kind: "square",
  input: { x: "3", path: ["1", "0"] },
  state: "queued",
  attempts: 0,
  created_at: 1_700_000_000_000,
  deadline_at: 1_700_086_400_000,
  ended_at: null,
  hotkey: null,
  answer: null,
  verified: null,
  code: null,
};

const { input: _input, answer: _answer, ...jobSummary } = job;

export const customerToken = "tk_customer";

const token = {
  ...{ token_id: `tk_${"0".repeat(16)}`, name: "Ada", created_at: 1_700_000_000_000 },
  ...{ last_used_at: null, revoked_at: null },
};

const circuit: CircuitsView["items"][number] = {
  ...{ lane: "groth16", id: "hash-chain", curve: "bn128", protocol: "groth16", public_signals: 2 },
  inputs: [{ name: "x", is_list: false, count: 1, is_public: true, supplied_by: "validator" }],
  ...{ benchmark: true, verification_key: { nPublic: 2 }, verification_key_sha256: hash },
};

const drainState = {
  ...{ draining: false, reason: null, since: null },
  open: { submissions: 0, jobs: 0, proofs: 0 },
};
const alert: AlertList["items"][number] = {
  ...{
    rule: "store_slow",
    severity: "warning",
    state: "firing",
    text: "the store took 300 ms for one write",
  },
  ...{
    runbook: "docs/runbook.md#store_slow",
    since: 1_700_000_000_000,
    resolved_at: null,
    muted_until: null,
  },
  ...{ value: 300, threshold: 250 },
};
const alertEvent = { at: 1_700_000_000_000, rule: "store_slow", what: "firing", text: "slow" };

async function* noLines(): AsyncGenerator<string> {}

export const overview: OverviewView = {
  at: 1,
  verdict: { earning: null, reason: "starting", text: "The first period is under way." },
  next_weights: { period: 3, block: 1440, at: 2 },
  last_weights: { period: 2, state: "signed", at: 1 },
  funnel: [{ stage: "requests", count: 3, refused: [{ code: "busy", blame: "validator", count: 1 }] }],
  sampling: [{ lane: "sat", design: 1, realised: 1, low: 0.9, high: 1, epoch: 7 }],
  miners: { active: 1, cold_start: 0, suspended: 0 },
  alerts: { firing: 0, pending: 0, muted: 0, worst: null },
  version: "0.0.1",
  network: "local",
  netuid: 0,
  block: 7,
  epoch: { number: 8, ends_at: 3 },
};

export const history: HistoryView = {
  step: "hour",
  from: 0,
  to: 7_200_000,
  series: [
    {
      name: "submissions_refused",
      labels: { code: "busy" },
      points: [
        [0, null],
        [3_600_000, 2],
      ],
    },
  ],
  truncated: false,
};

/** Handlers that answer everything, so that the HTTP layer is all that is left to test. */
export function standIn(overrides: Partial<Handlers> = {}): Handlers {
  const classes = { customer: "1", cold_start: "1/5", struck: "1/2" };
  return {
    takeToken: () => {},
    healthz: () => ({ status: "ok" }),
    config: () => ({ items: [] }),
    system: async () => ({
      ...{ version: "0.0.1", node_version: "24.0.0", roles: [], running_ms: 1, memory_bytes: 1, bounds: [] },
      ...{ store: { kind: "sqlite" as const, bytes: 1 }, disk: null },
    }),
    dispatch: () => ({
      ...{ held: null, linked: 0, ready: 0, in_flight: 0, ceiling: null, bytes: 0, bytes_most: 1, queued: 0 },
      ...{ kinds: [], miners: [] },
    }),
    clock: async () => ({ trusted: true, now_ms: 1, ahead_ms: 0 }),
    acceptClock: async () => ({ trusted: true, now_ms: 1, ahead_ms: 0 }),
    readyz: async () => ({ ready: true, checks: [{ name: "store", ok: true }] }),
    overview: async () => JSON.stringify(overview),
    history: async () => JSON.stringify(history),
    status: () => ({
      version: "0.0.1",
      network: "local",
      netuid: 0,
      validator: hotkey,
      block: null,
      tempo: 360,
      epoch: 9,
      epoch_hours: 1,
      block_ms: 12_000,
      lanes: [
        {
          name: "sat",
          mode: "pull",
          rate: "1",
          penalty: "reject",
          share: 0.5,
          tiers: [{ tier: 1, allotment: 10, weight: 1, n_vars: 4, n_clauses: 17 }],
          kinds: [],
        },
      ],
      dispatch: null,
      judge: { strikes: 1, window_blocks: 7200, suspension_tempos: 20, cold_start_blocks: 1800 },
      economics: null,
      gate: { slots: 64, used: 0, waiting: 0 },
      sampling: { floor: "1/100", classes },
    }),
    keys: () => ({ keys: [publicJwk("A".repeat(43))] }),
    circuits: () => JSON.stringify({ items: [circuit] }),
    listChallenges: async (_caller, { lane, tier, offset }) => ({
      epoch: 9,
      lane,
      tier,
      items: [{ challenge_id: receipt.challenge_id, seq: offset, n_vars: 4, n_clauses: 17, weight: 1 }],
      next_offset: null,
    }),
    challengeText: async () => ({ text: "p cnf 1 1\n1 0\n", etag: "abc" }),
    openSession: async () => ({ session_id: "as_1", hotkey, expires_at: 1_700_000_000_000 }),
    submit: async () => ({ receipt, replay: false }),
    receipt: async () => receipt,
    submission: async () => ({ receipt, epoch: 9, block: 3, decided_at: null, tries: 0 }),
    strikeLedger: async () => ({ items: [ledgerStrike], next_before: 7 }),
    miners: async () => ({ items: [miner], next_after: hotkey }),
    miner: async () => miner,
    minerDetails: async () => ({
      ...{
        hotkey,
        push: { connected: true, cap: 3, limit: "cap" as const },
        presumed_ours_at: null,
        reasons: [
          { kind: "refused" as const, code: "busy", blame: "validator" as const, count: 3, last_at: 1 },
        ],
      },
      suspension: { kind: "operator" as const, until_block: 9, reason: "x", by: "operator", at: 1 },
    }),
    strikes: async () =>
      JSON.stringify({
        hotkey,
        items: [
          {
            strike_id: "st_1",
            lane: "sat",
            block: 3,
            at: 1,
            counted: true,
            suspended_until: null,
            evidence: {
              work_id: receipt.challenge_id,
              receipt_id: receipt.receipt_id,
              answer_sha256: hash,
              draw,
              verdict: { outcome: "invalid", code: "solution_unsatisfied" },
              checker: "sat/1",
              rule: "strike/1",
            },
          },
        ],
      }),
    weights: async (period) =>
      JSON.stringify({ ...vector, ...(period === null ? {} : { period, epoch: period }) }),
    alerts: async () => ({ items: [alert], history: [alertEvent] }),
    muteAlert: async ({ rule, reason }) => ({ rule, until: 1_700_000_060_000, reason }),
    unmuteAlert: async (rule) => ({ rule, unmuted: true }),
    testAlerts: async () => ({
      items: [{ sink: "ops", kind: "webhook", ok: false, status: 500, error: "it answered 500" }],
    }),
    weightsWithPlan: async () => JSON.stringify({ vector, plan: weightPlan, chain: held }),
    weightPlans: async () => ({ items: [planSummary], next_before: null }),
    chainWeights: async () => chainWeights,
    resumeChain: async () => chainWeights,
    sampling: async (epoch) => ({
      epoch,
      commitment: hash,
      policy: { lanes: { sat: "1" }, classes, floor: "1/100" },
      committed_at: 1,
      signature: "c2ln",
      key_id: "kid",
      closed_at: null,
      revealed_key: null,
      log_head: hash,
      log_length: 0,
      state: "open",
      heads: [{ epoch, log_head: hash, signed_at: 1, key_id: "kid", signature: "c2ln" }],
    }),
    closedEpochs: async () => ({ items: [{ epoch: 1, closed_at: 2, log_head: hash }], next_before: null }),
    auditLog: noLines,
    nodes: async () => ({ items: [] }),
    orderNode: async () => ({ heard: 1 }),
    drain: async () => drainState,
    beginDrain: async (reason) => ({ ...drainState, draining: true, reason, since: 1 }),
    undoDrain: async () => drainState,
    skiplist: async () => ({ items: [suspension] }),
    suspend: async (request) => ({ ...suspension, hotkey: request.hotkey, reason: request.reason }),
    release: async (released) => ({ hotkey: released, released: 1 }),
    putJob: async () => ({ job, replay: false }),
    job: async () => job,
    jobs: async () => ({ items: [jobSummary], next_after: null }),
    cancelJob: async () => ({ ...job, state: "cancelled" }),
    isOperator: (given) => given === operatorToken,
    openOperatorSession: () => "s".repeat(43),
    operatorSessionEnd: (id) => (id === "s".repeat(43) ? 1_700_000_000_000 : null),
    endOperatorSession: () => {},
    jobClient: (given) => {
      if (given === operatorToken) return { owner: null };
      if (given === customerToken) return { owner: token.token_id };
      throw new AssayError({ code: "unauthorized" });
    },
    tokens: async () => ({ items: [token] }),
    createToken: async (name) => ({
      ...{ token_id: token.token_id, name, created_at: token.created_at, token: "tk_0.secret" },
    }),
    revokeToken: async () => ({ ...token, revoked_at: 1_700_000_001_000 }),
    ...overrides,
  };
}

const script = Buffer.from("export {};\n");
const pageFile = (mediaType: string): PageFile => ({
  ...{ mediaType, etag: '"e"', plain: script, br: brotliCompressSync(script), gzip: gzipSync(script) },
});
/** A dashboard of two files. */
export const page: PageFiles = {
  index: pageFile("text/html; charset=utf-8"),
  assets: new Map([["main-ABCDEFGH.js", pageFile("text/javascript; charset=utf-8")]]),
};

export interface Served extends HttpServer {
  readonly registry: MetricRegistry;
}

interface ServeOptions extends Partial<HttpOptions> {
  readonly page?: PageFiles | null;
  /** How many streams of events there may be; nothing is said on them. */
  readonly eventStreams?: number;
}

/** Serves stand-in handlers on a free port until the test ends. */
export async function serve(
  t: TestContext,
  overrides: Partial<Handlers> = {},
  { page: served = page, eventStreams = 0, ...options }: ServeOptions = {},
  log: Log = silentLog,
): Promise<Served> {
  const registry = new MetricRegistry();
  const server = await startHttp(
    {
      host: "127.0.0.1",
      port: 0,
      maxBodyBytes: 65_536,
      bodyDeadlineMs: 5000,
      maxConnections: 256,
      perAddressConnections: 4096,
      trustedProxies: [],
      version: "0.0.1",
      ...options,
    },
    {
      ...{ handlers: standIn(overrides), log, metrics: registry, page: served },
      events: new EventHub({ streams: eventStreams }, { clock: systemClock, metrics: registry }),
    },
  );
  t.after(() => server.close(0));
  return { ...server, registry };
}

/** Handlers of `submit` that keep what they were given. */
export function recordingSubmit() {
  const seen: { caller: Caller; request: SubmitRequest }[] = [];
  const submit: Handlers["submit"] = async (caller, request) => {
    seen.push({ caller, request });
    return { receipt, replay: false };
  };
  return { seen, submit };
}

/** Sends one JSON text as it is. */
export function post(
  url: string,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
) {
  return fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : Buffer.from(body),
  });
}

export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  blame: string;
  reason?: string;
  field?: string;
  [data: string]: unknown;
}

/** The problem document of an answer, whichever way it came. */
export async function problemIn(answer: Response): Promise<ProblemDocument> {
  const type = answer.headers.get("content-type");
  if (!type?.startsWith("application/problem+json")) throw new Error(`content type ${type}`);
  return (await answer.json()) as ProblemDocument;
}

/** A connection on which bytes are sent as they are. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** Everything that a connection says until the server ends it. */
export async function wholeAnswer(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => socket.destroy());
  await new Promise((resolve) => {
    socket.once("end", resolve);
    socket.once("close", resolve);
  });
  return Buffer.concat(chunks).toString();
}

/** Sends bytes on a new connection and returns what comes back until the server ends it. */
export async function exchange(port: number, ...parts: (string | Uint8Array)[]): Promise<string> {
  const socket = await dial(port);
  const answer = wholeAnswer(socket);
  for (const part of parts) socket.write(part);
  const text = await answer;
  socket.destroy();
  return text;
}

/** The problem document at the end of a raw answer. */
export function problemOfRaw(answer: string): ProblemDocument {
  return JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as ProblemDocument;
}

export const statusOfRaw = (answer: string): number => Number(answer.slice(9, 12));

export const refusing = (problem: AssayError["problem"]) => async (): Promise<never> => {
  throw new AssayError(problem);
};

export const submission = JSON.stringify({
  challenge_id: receipt.challenge_id,
  solution: "s SATISFIABLE\nv 1 0\n",
});

export const jobRequest = JSON.stringify({
  lane: job.lane,
  kind: job.kind,
  input: job.input,
  client_key: job.client_key,
});
