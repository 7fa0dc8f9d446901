import type { Static, TSchema } from "typebox";
import type { PublicJwk } from "../core/ed25519.ts";
import type { Hotkey } from "../core/ids.ts";
import type { Caller } from "../flow/caller.ts";
import type { ChallengePage } from "../flow/challenge.ts";
import type { PublishedEpoch } from "../flow/draw.ts";
import type { SkiplistItem } from "../flow/standing.ts";
import type { StrikeList } from "../flow/strike.ts";
import type { Receipt, SubmitRequest } from "../flow/submission.ts";
import type { SignedVector } from "../flow/weights.ts";
import type * as schemas from "./routes/schemas.ts";

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
type View<S extends TSchema> = DeepReadonly<Static<S>>;

export type Liveness = View<typeof schemas.liveness>;
export type Readiness = View<typeof schemas.readiness>;
export type Status = View<typeof schemas.status>;
export type Session = View<typeof schemas.session>;
export type MinerView = View<typeof schemas.miner>;
export type MinerPage = View<typeof schemas.minerPage>;
export type Skiplist = View<typeof schemas.skiplist>;
export type ClockView = View<typeof schemas.clockState>;
export type Released = View<typeof schemas.released>;
/** A customer job, as it is served. */
export type JobView = View<typeof schemas.job>;

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

export interface Submitted {
  readonly receipt: Receipt;
  /** True when the same answer was admitted before. */
  readonly replay: boolean;
}

export interface SuspendRequest {
  readonly hotkey: Hotkey;
  readonly tempos: number;
  readonly reason: string;
}

export interface JobRequest {
  readonly lane: string;
  readonly kind: string;
  /** Decimal numbers, or lists of them, by name; the lane checks them against the kind. */
  readonly input: unknown;
  /** 1 to 128 printable ASCII characters. */
  readonly client_key: string;
}

export interface JobPut {
  readonly job: JobView;
  /** True when the same request was accepted before. */
  readonly replay: boolean;
}

/** What the routes call. Every refusal is an `AssayError`; anything else that is thrown answers 500 `internal`. */
export interface Handlers {
  healthz(): Liveness;
  readyz(): Promise<Readiness>;
  status(): Status;
  keys(): { readonly keys: readonly PublicJwk[] };
  listChallenges(caller: Caller, query: ListQuery): Promise<ChallengePage>;
  challengeText(caller: Caller, id: string, seq?: number): Promise<ChallengeText>;
  /** `publicKey`: 32 bytes, Ed25519. */
  openSession(caller: Caller, publicKey: Uint8Array): Promise<Session>;
  submit(caller: Caller, request: SubmitRequest): Promise<Submitted>;
  receipt(caller: Caller, id: string): Promise<Receipt>;
  miners(query: { readonly after: string | null; readonly limit: number }): Promise<MinerPage>;
  miner(hotkey: Hotkey): Promise<MinerView>;
  strikes(hotkey: Hotkey): Promise<StrikeList>;
  latestWeights(): Promise<SignedVector>;
  weights(period: number): Promise<SignedVector>;
  sampling(epoch: number): Promise<PublishedEpoch>;
  /** Lines without their newline. Throws `epoch_open` or `epoch_not_found` before the first. */
  auditLog(epoch: number): AsyncIterable<string>;
  skiplist(): Promise<Skiplist>;
  suspend(request: SuspendRequest): Promise<SkiplistItem>;
  release(hotkey: Hotkey, reason?: string): Promise<Released>;
  clock(): Promise<ClockView>;
  acceptClock(reason: string): Promise<ClockView>;
  /** Throws `push_lane_off`, `lane_not_found`, `lane_kind_not_found`, `invalid_request`, `job_conflict`, `job_queue_full`. */
  putJob(request: JobRequest): Promise<JobPut>;
  /** Throws `job_not_found`. */
  job(id: string): Promise<JobView>;
  /** Compares in constant time. */
  isOperator(token: string): boolean;
}
