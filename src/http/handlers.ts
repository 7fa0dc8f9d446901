import type { PublicJwk } from "../core/ed25519.ts";
import type { ReadyCheck } from "../core/problems/problem.ts";
import type { Caller } from "../flow/caller.ts";
import type { ChallengePage } from "../flow/challenge.ts";
import type { PublishedEpoch } from "../flow/draw.ts";
import type { CustomerState } from "../flow/job.ts";
import type { Answer, JobInput } from "../flow/lane.ts";
import type { MinerCounts, SkiplistItem, Standing } from "../flow/standing.ts";
import type { StrikeList } from "../flow/strike.ts";
import type { Receipt } from "../flow/submission.ts";
import type { SignedVector } from "../flow/weights.ts";

export interface Liveness {
  readonly status: "ok";
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly ReadyCheck[];
}

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

export interface TierStatus {
  readonly tier: number;
  readonly allotment: number;
  readonly weight: number;
  readonly n_vars: number;
  readonly n_clauses: number;
}

export interface LaneStatus {
  readonly name: string;
  readonly mode: "pull" | "push";
  /** A fraction as the configuration writes it. */
  readonly rate: string;
  readonly penalty: "reject" | "strike";
  readonly share: number;
  /** Of a pull lane. */
  readonly tiers: readonly TierStatus[];
  /** Of a push lane: what its jobs can ask for. */
  readonly kinds: readonly string[];
}

/** The push lanes at work. */
export interface DispatchStatus {
  /** Miners that can be given jobs, and of those the ones with a stream of their own. */
  readonly miners: number;
  readonly streams: number;
  readonly in_flight: number;
  /** The bound in force, whichever set it; null for none. */
  readonly ceiling: number | null;
  /** Customer jobs that wait for a miner. */
  readonly queued: number;
}

export interface Status {
  readonly version: string;
  readonly network: string;
  readonly netuid: number;
  /** The validator's hotkey. */
  readonly validator: string;
  readonly block: number | null;
  /** Blocks. */
  readonly tempo: number;
  readonly epoch: number;
  readonly epoch_hours: number;
  readonly lanes: readonly LaneStatus[];
  /** Null without a push lane. */
  readonly dispatch: DispatchStatus | null;
  readonly gate: { readonly slots: number; readonly used: number; readonly waiting: number };
  readonly sampling: {
    readonly floor: string;
    readonly classes: { readonly customer: string; readonly cold_start: string; readonly struck: string };
  };
}

export interface ListQuery {
  readonly lane: string;
  readonly tier: number;
  readonly offset: number;
  /** 1..500. */
  readonly limit: number;
}

/** A challenge's text and its strong validator, without quotes. */
export interface ChallengeText {
  readonly text: string;
  readonly etag: string;
}

export interface SessionRequest {
  /** 64 lower-case hex digits, whichever form the request gave. */
  readonly ed25519_public_key: string;
}

export interface Session {
  readonly session_id: string;
  readonly hotkey: string;
  /** Unix milliseconds. */
  readonly expires_at: number;
}

export interface SubmitRequest {
  readonly challenge_id: string;
  readonly answer: Answer;
  /** A hint that saves looking the challenge up; never believed. */
  readonly seq?: number;
}

export interface Submitted {
  readonly receipt: Receipt;
  /** True when this answer was admitted before. */
  readonly replay: boolean;
}

export interface MinerView extends Standing {
  readonly counts: MinerCounts;
}

export interface MinerPage {
  readonly items: readonly MinerView[];
  /** The `after` of the next page; null at the end. */
  readonly next_after: string | null;
}

export interface Skiplist {
  readonly items: readonly SkiplistItem[];
}

export interface SuspendRequest {
  readonly hotkey: string;
  readonly tempos: number;
  readonly reason: string;
}

export interface Released {
  readonly hotkey: string;
  /** Suspensions that were lifted. */
  readonly released: number;
}

export interface JobRequest {
  readonly lane: string;
  readonly kind: string;
  /** Names with decimal numbers or lists of them; whether they are those of the kind is the lane's to say. */
  readonly input: unknown;
  /** 1 to 128 printable ASCII characters. */
  readonly client_key: string;
}

/** A customer job, as it is served. Times in Unix milliseconds. */
export interface JobView {
  readonly job_id: string;
  readonly client_key: string;
  readonly lane: string;
  readonly kind: string;
  readonly input: JobInput;
  readonly state: CustomerState;
  /** Miners that have had it. */
  readonly attempts: number;
  readonly created_at: number;
  readonly ended_at: number | null;
  /** Who answered. */
  readonly hotkey: string | null;
  /** The verified answer, as its lane has answers. */
  readonly answer: unknown;
  /** Why it failed. */
  readonly code: string | null;
}

export interface JobPut {
  readonly job: JobView;
  /** True when this request was taken before. */
  readonly replay: boolean;
}

/** What the routes call. Every refusal is an `AssayError`; anything else that is thrown answers 500 `internal`. */
export interface Handlers {
  healthz(): Liveness;
  readyz(): Promise<Readiness>;
  metrics(): Promise<Exposition>;
  status(): Status;
  keys(): { readonly keys: readonly PublicJwk[] };
  listChallenges(caller: Caller, query: ListQuery): Promise<ChallengePage>;
  challengeText(caller: Caller, id: string, seq?: number): Promise<ChallengeText>;
  openSession(caller: Caller, request: SessionRequest): Promise<Session>;
  submit(caller: Caller, request: SubmitRequest): Promise<Submitted>;
  receipt(caller: Caller, id: string): Promise<Receipt>;
  miners(query: { readonly after: string | null; readonly limit: number }): Promise<MinerPage>;
  miner(hotkey: string): Promise<MinerView>;
  strikes(hotkey: string): Promise<StrikeList>;
  latestWeights(): Promise<SignedVector>;
  weights(period: number): Promise<SignedVector>;
  sampling(epoch: number): Promise<PublishedEpoch>;
  /** Lines without their newline. Throws `epoch_open` or `epoch_not_found` before the first. */
  auditLog(epoch: number): AsyncIterable<string>;
  skiplist(): Promise<Skiplist>;
  suspend(request: SuspendRequest): Promise<SkiplistItem>;
  release(hotkey: string, reason?: string): Promise<Released>;
  /** Throws `push_lane_off`, `lane_not_found`, `lane_kind_not_found`, `invalid_request`, `job_conflict`, `job_queue_full`. */
  putJob(request: JobRequest): Promise<JobPut>;
  /** Throws `job_not_found`. */
  job(id: string): Promise<JobView>;
  /** Compares in constant time. */
  isOperator(token: string): boolean;
}
