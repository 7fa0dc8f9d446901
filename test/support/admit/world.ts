import { Admission } from "../../../src/admit/admission.ts";
import type { AdmissionOptions } from "../../../src/admit/ports.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import type { Log } from "../../../src/core/log.ts";
import type { Metrics } from "../../../src/core/metrics.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { Sessions } from "../../../src/epistula/sessions.ts";
import { SignatureVerifier } from "../../../src/epistula/signatureVerifier.ts";
import type { RecognisedChallenge } from "../../../src/flow/challenge.ts";
import type { Draw } from "../../../src/flow/draw.ts";
import type {
  PoolRequest,
  PoolResults,
  PoolTaskKind,
  SignatureTask,
  TaskOfKind,
} from "../../../src/flow/pool.ts";
import type { Reservation } from "../../../src/flow/reservation.ts";
import type {
  AdmitOutcome,
  NewSubmission,
  PendingSubmission,
  SubmitRequest,
} from "../../../src/flow/submission.ts";
import { MemorySessions } from "../epistula/memorySessions.ts";
import { epistulaHeaders, type Signing, signingOf } from "../epistula/signing.ts";

const verifier = new SignatureVerifier();
const hourMs = 3_600_000;

export const validator = signingOf("validator").hotkey;
export const epoch = 470_000;

/** What a miner sends; every part can be changed before it goes. */
export interface Letter {
  headers: Record<string, string>;
  body: SubmitRequest;
  method: string;
  target: string;
  rawBody: Uint8Array;
  ip: string;
  signal: AbortSignal;
}

/** The id that the world's challenges know as this miner's own. */
export function ownId(miner: Signing, number = 0): string {
  return `pm-t1-e${epoch}-${markOf(miner)}${String(number).padStart(4, "0")}`;
}

function markOf(miner: Signing): string {
  return Buffer.from(miner.publicKey).toString("hex").slice(0, 20);
}

/** Who the world's challenges belong to. */
export const alice = signingOf("alice");
export const others: readonly Signing[] = Array.from({ length: 8 }, (_, n) => signingOf(`other ${n}`));

/** What nothing bounded being taken looks like. */
export const nothingHeld = { slots: 0, waiting: 0, reserved: 0 };

/** Admission with real gates, signatures and sessions, and small stand-ins for what other stages give it. */
export class AdmissionWorld {
  readonly admission: Admission;
  readonly sessions = new Sessions({ epochs: everyHours(1) }, { store: new MemorySessions() });
  nowMs = epoch * hourMs + 1000;
  /** Added to the running clock that waits and buckets are measured by. */
  skippedMs = 0;
  block: number | null = 1000;
  registered = true;
  /** Whether anyone may take part and nobody is remembered. */
  allNew = false;
  suspendedUntil: number | null = null;
  backlogFull = false;
  reserved = 0;
  /** The most bytes of an answer. */
  readonly answerBytes = 1000;
  storeAnswer: ((submission: NewSubmission) => AdmitOutcome) | null = null;
  handOver: (submission: PendingSubmission, reservation: Reservation) => void = () => {};
  /** Runs before a stand-in answers: where a test makes it slow, fail or watch. */
  readonly before = {
    recognise: async () => {},
    signature: async (_scheme: SignatureTask["scheme"]) => {},
    record: async () => {},
  };
  readonly #owners = new Map([alice, ...others].map((miner) => [markOf(miner), miner.hotkey]));
  readonly recorded = new Map<string, PendingSubmission>();
  readonly admitted: PendingSubmission[] = [];
  readonly counts = new Map<string, number>();
  readonly logged: string[] = [];
  /** What was counted of miners. */
  readonly reasons: string[] = [];
  /** Kinds of the pool's tasks, in order. */
  readonly tasks: PoolTaskKind[] = [];

  constructor(options: Partial<AdmissionOptions> = {}) {
    const all: AdmissionOptions = {
      validator,
      pastMs: 8000,
      futureMs: 2000,
      gate: { slots: 8, waitMs: 20, queue: 16 },
      perIpPerMin: 6000,
      perHotkey: { burst: 60, perSecond: 20 },
      newHotkeysPerAddressHour: 64,
      epochs: everyHours(1),
      ...options,
    };
    const note = (event: string) => this.logged.push(event);
    const log: Log = { debug: note, info: note, warn: note, error: note };
    this.admission = new Admission(all, {
      clock: { nowMs: () => this.nowMs, monotonicMs: () => systemClock.monotonicMs() + this.skippedMs },
      random: systemRandom,
      log,
      metrics: this.#metrics(),
      reasons: { add: (hotkey, kind, code) => this.reasons.push(`${hotkey} ${kind} ${code}`) },
      pool: { run: (task) => this.#run(task) },
      store: { admit: (submission) => this.#record(submission) },
      sessions: this.sessions,
      challenges: { recognise: (text, hotkey) => this.#recognise(text, hotkey) },
      miners: {
        block: () => this.block,
        isRegistered: () => this.registered,
        isNew: () => this.allNew,
        suspendedUntil: () => this.suspendedUntil,
      },
      draw: (lane, hotkey, workId, drawEpoch) => drawOf(lane, hotkey, workId, drawEpoch),
      backlog: { hasRoom: () => !this.backlogFull, reserve: () => this.#reserve() },
      admitted: (submission, reservation) => {
        this.handOver(submission, reservation);
        this.admitted.push(submission);
      },
    });
  }

  /** A request that nothing is wrong with. */
  letter(miner: Signing, answer = "s SATISFIABLE", ip = "192.0.2.1"): Letter {
    const challenge_id = ownId(miner);
    const rawBody = Buffer.from(JSON.stringify({ challenge_id, solution: answer }));
    const body = { challenge_id, answer: { encoding: "text" as const, bytes: Buffer.from(answer) } };
    const timestamp = String(this.nowMs);
    const { hotkey, sign } = miner;
    const headers = epistulaHeaders({ hotkey, sign, body: rawBody, signedFor: validator, timestamp });
    const line = { method: "POST", target: "/v1/submissions" };
    return { ...line, headers, body, rawBody, ip, signal: new AbortController().signal };
  }

  /** As the listener does: a token of the address, then the submission. */
  async submit(letter: Letter) {
    this.admission.addresses.take(letter.ip, "signed");
    return this.admission.submit(letter, letter.body);
  }

  async read(letter: Letter, options: { allowSuspended: boolean }) {
    this.admission.addresses.take(letter.ip, "signed");
    return this.admission.authenticate(letter, options);
  }

  /** What is still taken of anything bounded. */
  held() {
    const { submit, read } = this.admission.stats();
    return {
      slots: submit.held + read.held,
      waiting: submit.waiting + read.waiting,
      reserved: this.reserved,
    };
  }

  async #recognise(text: string, hotkey: string): Promise<RecognisedChallenge> {
    await this.before.recognise();
    const parts = /^pm-t(\d)-e(\d+)-([0-9a-f]{20})(\d{4})$/.exec(text);
    if (!parts) throw new AssayError({ code: "malformed_challenge_id" });
    const named = Number(parts[2]);
    if (named !== epoch) throw new AssayError({ code: "epoch_expired", epoch: named, current: epoch });
    const owner = this.#owners.get(parts[3] ?? "");
    if (owner !== hotkey) throw new AssayError({ code: "not_your_challenge" });
    const seq = Number(parts[4]);
    const place = { challengeId: text, lane: "sat", epoch, tier: 1, seq };
    return { ...place, seed: 1n, weight: 1, answerBytes: this.answerBytes, maxAttempts: 3, spec: {} };
  }

  async #run<K extends PoolTaskKind>(given: TaskOfKind<K>): Promise<PoolResults[K]> {
    const task: PoolRequest = given;
    if (task.kind !== "signature" && task.kind !== "claim") throw new TypeError(`pool: ${task.kind}`);
    await this.before.signature(task.scheme);
    this.tasks.push(task.kind);
    return verifier.verify(task) as PoolResults[K];
  }

  async #record(submission: NewSubmission): Promise<AdmitOutcome> {
    await this.before.record();
    if (this.storeAnswer !== null) return this.storeAnswer(submission);
    const known = this.recorded.get(submission.idempotencyKey);
    if (known !== undefined) return { kind: "replay", submission: known };
    const pending = pendingOf(submission);
    this.recorded.set(submission.idempotencyKey, pending);
    return { kind: "admitted", submission: pending };
  }

  #reserve(): Reservation | null {
    if (this.backlogFull) return null;
    this.reserved++;
    return { release: () => void this.reserved-- };
  }

  #metrics(): Metrics {
    const count = (name: string) => ({
      add: (labels?: Record<string, string>, by = 1) => {
        const series = [name, ...Object.values(labels ?? {})].join(" ");
        this.counts.set(series, (this.counts.get(series) ?? 0) + by);
      },
    });
    const observed = (name: string) => ({
      observe: (_: number, labels?: Record<string, string>) => count(name).add(labels),
    });
    return { counter: count, gauge: () => ({ set() {} }), histogram: observed };
  }
}

export function pendingOf(submission: NewSubmission): PendingSubmission {
  const { idempotencyKey: _, maxAttempts: __, ...row } = submission;
  return { ...row, sampled: row.draw.sampled, state: "pending", code: null, tries: 0, decidedAt: null };
}

export function drawOf(lane: string, hotkey: string, workId: string, drawEpoch: number): Draw {
  const x = "0".repeat(16);
  return { epoch: drawEpoch, lane, hotkey, work_id: workId, class: "lane", rate: "1", x, sampled: true };
}

/** The letter with one header replaced, or left out. */
export function withHeader(letter: Letter, name: string, value: string | null): Letter {
  const { [name]: _, ...headers } = letter.headers;
  return { ...letter, headers: value === null ? headers : { ...headers, [name]: value } };
}

/** The letter under a signature that is well-formed and nobody's. */
export function forged(letter: Letter): Letter {
  const name = "epistula-request-signature";
  const text = letter.headers[name] ?? "";
  return withHeader(letter, name, text.slice(0, 40) + (text[40] === "0" ? "1" : "0") + text.slice(41));
}

/** Resolves once everything that could run has run. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
