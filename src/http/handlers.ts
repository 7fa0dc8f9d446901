import type { Static, TSchema } from "typebox";
import type { PublicJwk } from "../core/ed25519.ts";
import type { Hotkey } from "../core/ids.ts";
import type { Caller, TokenKind } from "../flow/caller.ts";
import type { ChallengePage } from "../flow/challenge.ts";
import type { PublishedEpoch } from "../flow/draw.ts";
import type { HistoryStep } from "../flow/history.ts";
import type { CustomerState } from "../flow/job.ts";
import type { SkiplistItem } from "../flow/standing.ts";
import type { Receipt, SubmitRequest } from "../flow/submission.ts";
import type { ConfigView } from "./routes/configSchemas.ts";
import type { DispatchState } from "./routes/dispatchSchemas.ts";
import type { DrainState } from "./routes/drainSchemas.ts";
import type * as jobSchemas from "./routes/jobSchemas.ts";
import type { minerDetails } from "./routes/minerDetailsSchema.ts";
import type { NodeList, NodeOrderRequest } from "./routes/nodeSchemas.ts";
import type * as overviewSchemas from "./routes/overviewSchemas.ts";
import type * as recordSchemas from "./routes/recordSchemas.ts";
import type * as schemas from "./routes/schemas.ts";
import type { SystemState } from "./routes/systemSchemas.ts";
import type * as weightSchemas from "./routes/weightSchemas.ts";

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
type View<S extends TSchema> = DeepReadonly<Static<S>>;

export type Liveness = View<typeof schemas.liveness>;
export type Readiness = View<typeof schemas.readiness>;
export type Status = View<typeof schemas.status>;
export type Session = View<typeof schemas.session>;
export type MinerView = View<typeof schemas.miner>;
export type ClosedEpochPage = View<typeof schemas.closedEpochPage>;
export type SubmissionView = View<typeof recordSchemas.submission>;
export type MinerDetails = View<typeof minerDetails>;
export type MinerPage = View<typeof schemas.minerPage>;
export type StrikePage = View<typeof recordSchemas.strikePage>;
export type WeightPlanView = NonNullable<View<typeof weightSchemas.weightsWithPlan>["plan"]>;
export type WeightPlanPage = View<typeof weightSchemas.weightPlanPage>;
export type WeightPlanSummary = WeightPlanPage["items"][number];
export type ChainWeightsView = View<typeof weightSchemas.chainWeights>;
export type Skiplist = View<typeof schemas.skiplist>;
export type ClockView = View<typeof schemas.clockState>;
export type Released = View<typeof schemas.released>;
export type OverviewView = View<typeof overviewSchemas.overview>;
export type HistoryView = View<typeof overviewSchemas.history>;
/** A customer job, as it is served. */
export type JobView = View<typeof jobSchemas.job>;
/** A customer job without its input and its answer. */
export type JobSummary = View<typeof jobSchemas.jobSummary>;
export type JobPage = View<typeof jobSchemas.jobPage>;
export type CircuitsView = View<typeof jobSchemas.circuits>;
export type TokenView = View<typeof jobSchemas.token>;
export type TokenList = View<typeof jobSchemas.tokenList>;
export type NewTokenView = View<typeof jobSchemas.newToken>;

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
  /** From now; as configured unless given. */
  readonly deadline_s?: number;
}

/** Who puts in and reads jobs. */
export interface JobClient {
  /** Id of a customer's token: only its own jobs exist for it. Null: the operator. */
  readonly owner: string | null;
}

export interface JobsQuery {
  readonly state: CustomerState | null;
  readonly after: string | null;
  readonly limit: number;
}

/** Times in Unix ms; null: as far as it is kept. */
export interface HistoryQuery {
  readonly step: HistoryStep;
  readonly from: number | null;
  readonly to: number | null;
  /** Only these series; null: all. */
  readonly names: readonly string[] | null;
}

export interface JobPut {
  readonly job: JobView;
  /** True when the same request was accepted before. */
  readonly replay: boolean;
}

/** What the routes call. Every refusal is an `AssayError`; anything else that is thrown answers 500 `internal`. */
export interface Handlers {
  /** Takes a token of an address; called once per request, before its body is read. Throws `ip_rate_limited`. */
  takeToken(ip: string, kind: TokenKind): void;
  healthz(): Liveness;
  readyz(): Promise<Readiness>;
  status(): Status;
  /** JSON text of an `OverviewView`. */
  overview(): Promise<string>;
  /** JSON text of a `HistoryView`. */
  history(query: HistoryQuery): Promise<string>;
  keys(): { readonly keys: readonly PublicJwk[] };
  /** JSON of a `CircuitsView`. */
  circuits(): string;
  listChallenges(caller: Caller, query: ListQuery): Promise<ChallengePage>;
  challengeText(caller: Caller, id: string, seq?: number): Promise<ChallengeText>;
  /** `publicKey`: 32 bytes, Ed25519; `binds`: what it signs binds method, path and query. */
  openSession(caller: Caller, asked: { publicKey: Uint8Array; binds: boolean }): Promise<Session>;
  submit(caller: Caller, request: SubmitRequest): Promise<Submitted>;
  receipt(caller: Caller, id: string): Promise<Receipt>;
  /** For the operator. Throws `receipt_not_found`. */
  submission(id: string): Promise<SubmissionView>;
  miners(query: { readonly after: string | null; readonly limit: number }): Promise<MinerPage>;
  miner(hotkey: Hotkey): Promise<MinerView>;
  /** Throws `miner_not_found`. */
  minerDetails(hotkey: Hotkey): Promise<MinerDetails>;
  /** JSON text, of evidence as it is stored. */
  strikes(hotkey: Hotkey): Promise<string>;
  strikeLedger(query: { readonly before: number | null; readonly limit: number }): Promise<StrikePage>;
  /** JSON text of the vector of a period, or of the last one, as it was signed. */
  weights(period: number | null): Promise<string>;
  /** JSON text `{vector, plan, chain}`, the vector as `weights` has it. */
  weightsWithPlan(period: number | null): Promise<string>;
  weightPlans(query: { readonly before: number | null; readonly limit: number }): Promise<WeightPlanPage>;
  sampling(epoch: number): Promise<PublishedEpoch>;
  closedEpochs(query: { readonly before: number | null; readonly limit: number }): Promise<ClosedEpochPage>;
  /** Texts of whole lines, each with its newline. Throws `epoch_open` or `epoch_not_found` before the first. */
  auditLog(epoch: number, ip: string): AsyncIterable<string>;
  skiplist(): Promise<Skiplist>;
  suspend(request: SuspendRequest): Promise<SkiplistItem>;
  release(hotkey: Hotkey, reason?: string): Promise<Released>;
  /** The processes that share the store; none where it is embedded. */
  nodes(): Promise<NodeList>;
  /** Throws `node_not_found`. */
  orderNode(request: NodeOrderRequest): Promise<{ readonly heard: number }>;
  /** The process that answers. */
  system(): Promise<SystemState>;
  /** The push lane in this process. Throws `push_lane_off`. */
  dispatch(): DispatchState;
  /** The configuration in force, secrets hidden. */
  config(): ConfigView;
  /** Of the process that answers. */
  drain(): Promise<DrainState>;
  beginDrain(reason: string): Promise<DrainState>;
  undoDrain(): Promise<DrainState>;
  clock(): Promise<ClockView>;
  acceptClock(reason: string): Promise<ClockView>;
  /** Throws `chain_local`. */
  chainWeights(): Promise<ChainWeightsView>;
  resumeChain(reason: string): Promise<ChainWeightsView>;
  /** Throws `push_lane_off`, `draining`, `storage_full`, `lane_not_found`, `lane_kind_not_found`, `invalid_request`, `job_conflict`, `job_queue_full`. */
  putJob(client: JobClient, request: JobRequest): Promise<JobPut>;
  /** Throws `job_not_found`. */
  job(client: JobClient, id: string): Promise<JobView>;
  /** Throws `job_not_found` for an unknown cursor. */
  jobs(client: JobClient, query: JobsQuery): Promise<JobPage>;
  /** Throws `job_not_found`, `job_ended`. */
  cancelJob(client: JobClient, id: string): Promise<JobView>;
  /** Compares in constant time. */
  isOperator(token: string): boolean;
  /** Opens a session of the dashboard, and returns its secret id. */
  openOperatorSession(): string;
  /** When a session of the dashboard ends, Unix ms; null where there is none, or it has ended. */
  operatorSessionEnd(id: string): number | null;
  endOperatorSession(id: string): void;
  /** Takes one request of the client. Throws `unauthorized`, `customer_rate_limited`. */
  jobClient(token: string): JobClient;
  tokens(): Promise<TokenList>;
  /** Throws `token_limit`. */
  createToken(name: string): Promise<NewTokenView>;
  /** Throws `token_not_found`. */
  revokeToken(tokenId: string): Promise<TokenView>;
}
