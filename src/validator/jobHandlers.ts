import { timingSafeEqual } from "node:crypto";
import type { Config } from "../config/schema.ts";
import { sha256 } from "../core/hash.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { CustomerToken } from "../flow/customerToken.ts";
import { type CustomerJob, isJobId } from "../flow/job.ts";
import { pushLanes } from "../flow/lane.ts";
import type { CustomerOutcome, Store } from "../flow/store.ts";
import type {
  Handlers,
  JobClient,
  JobRequest,
  JobSummary,
  JobView,
  NewTokenView,
  TokenView,
} from "../http/handlers.ts";
import type { NewToken } from "./customerTokens.ts";
import type { Parts, PushParts } from "./parts.ts";
import { QUEUED_MAX } from "./pushOptions.ts";
import type { Membership } from "./roles/membership.ts";

/** What these handlers use. */
export interface JobParts extends Pick<Parts, "lanes" | "clock" | "random"> {
  readonly push: Pick<PushParts, "dispatcher"> | null;
  readonly store: Pick<Store, "addCustomerJob" | "customerJob" | "customerJobs" | "cancelCustomerJob">;
  readonly config: Pick<Config, "jobs">;
  readonly customerTokens: Pick<Parts["customerTokens"], "nameOf">;
  readonly membership: Pick<Membership, "node">;
  readonly intake: Pick<Parts["intake"], "require">;
}

/** The customer is not told of the token that it used itself. */
function summaryOf(job: CustomerJob, client: JobClient, tokens: Pick<Parts["customerTokens"], "nameOf">) {
  const { jobId, clientKey, lane, kind, state, attempts, verified, hotkey, code, owner } = job;
  const token = owner === null ? null : { token_id: owner, name: tokens.nameOf(owner) };
  return {
    job_id: jobId,
    client_key: clientKey,
    ...{ lane, kind, state, attempts },
    ...{ created_at: job.createdAt, deadline_at: job.deadlineAt, ended_at: job.endedAt },
    ...{ hotkey, verified, code },
    ...(client.owner === null ? { token } : {}),
  } satisfies JobSummary;
}

function refusal(kind: "conflict" | "full" | "owner_full", clientKey: string, perOwner: number): AssayError {
  if (kind === "conflict") return new AssayError({ code: "job_conflict", client_key: clientKey });
  const limit = kind === "full" ? QUEUED_MAX : perOwner;
  return new AssayError({ code: "job_queue_full", limit, retry_after_s: 5 });
}

/** Customer jobs: the operator and the holders of tokens submit them, once per client key, follow and cancel them. */
export function jobHandlers(parts: JobParts) {
  const { push, store, clock, customerTokens, membership } = parts;
  const viewOf = (job: CustomerJob, client: JobClient): JobView => ({
    ...summaryOf(job, client, customerTokens),
    input: job.input,
    answer: job.answer === null ? null : (JSON.parse(job.answer) as unknown),
  });
  const find = async (client: JobClient, id: string): Promise<CustomerJob> => {
    const job = isJobId(id) ? await store.customerJob(id) : null;
    // Another customer's job is none to this one.
    if (job === null || (client.owner !== null && job.owner !== client.owner))
      throw new AssayError({ code: "job_not_found", job_id: id });
    return job;
  };
  return {
    putJob: async (client, request) => {
      if (pushLanes(parts.lanes).length === 0) throw new AssayError({ code: "push_lane_off" });
      parts.intake.require();
      const bounds = { all: QUEUED_MAX, perOwner: parts.config.jobs.per_token.queued };
      const outcome: CustomerOutcome = await store.addCustomerJob(jobOf(parts, client, request), bounds);
      if (!("job" in outcome)) throw refusal(outcome.kind, request.client_key, bounds.perOwner);
      // Where others share the store, the process that has a miner free claims it.
      if (outcome.kind === "added" && membership.node === null) push?.dispatcher.addCustomer(outcome.job);
      return { job: viewOf(outcome.job, client), replay: outcome.kind === "replay" };
    },
    job: async (client, id) => viewOf(await find(client, id), client),
    jobs: async (client, { state, after, limit }) => {
      if (after !== null) await find(client, after);
      const jobs = await store.customerJobs({ owner: client.owner, state, after, limit });
      if (jobs === null) throw new AssayError({ code: "job_not_found", job_id: after ?? "" });
      const last = jobs.length < limit ? undefined : jobs.at(-1);
      return {
        items: jobs.map((job) => summaryOf(job, client, customerTokens)),
        next_after: last?.jobId ?? null,
      };
    },
    cancelJob: async (client, id) => {
      await find(client, id);
      const job = await store.cancelCustomerJob(id, clock.nowMs());
      if (job === null) throw new AssayError({ code: "job_not_found", job_id: id });
      if (job.state !== "cancelled")
        throw new AssayError({ code: "job_ended", job_id: id, state: job.state });
      push?.dispatcher.customers.ended(id);
      return viewOf(job, client);
    },
  } satisfies Partial<Handlers>;
}

/** The job that a request asks for. Throws `lane_not_found`, `lane_kind_not_found`, `invalid_request`. */
function jobOf(
  { lanes, clock, random, config }: JobParts,
  { owner }: JobClient,
  request: JobRequest,
): CustomerJob {
  const { lane: name, kind, input, client_key: clientKey } = request;
  const lane = lanes.get(name);
  if (lane?.mode !== "push") throw new AssayError({ code: "lane_not_found", lane: name });
  const task = lane.accept(kind, input);
  const createdAt = clock.nowMs();
  return {
    jobId: `jb_${Buffer.from(random.bytes(16)).toString("hex")}`,
    ...{ owner, clientKey, lane: name, kind: task.kind, input: task.input },
    ...{ privateInput: task.privateInput ?? null, createdAt },
    deadlineAt: createdAt + (request.deadline_s ?? config.jobs.deadline_s) * 1000,
    ...{ state: "queued", attempts: 0, answer: null, verified: null },
    ...{ hotkey: null, code: null, endedAt: null },
  };
}

export function tokenViewOf(token: CustomerToken): TokenView {
  return {
    ...{ token_id: token.tokenId, name: token.name, created_at: token.createdAt },
    ...{ last_used_at: token.lastUsedAt, revoked_at: token.revokedAt },
  };
}

export function newTokenViewOf({ token, text }: NewToken): NewTokenView {
  return { token_id: token.tokenId, name: token.name, created_at: token.createdAt, token: text };
}

/** Who may use which routes: the operator all, the holder of a customer's token those of its jobs. */
export function tokenHandlers({ adminToken, customerTokens }: Pick<Parts, "adminToken" | "customerTokens">) {
  const expected = sha256(adminToken);
  // Hashes have one length, so the comparison does not reveal that of the token.
  const isOperator = (token: string): boolean => timingSafeEqual(sha256(token), expected);
  return {
    isOperator,
    jobClient: (token) => {
      if (isOperator(token)) return { owner: null };
      const owner = customerTokens.authenticate(token);
      if (owner === null) throw new AssayError({ code: "unauthorized" });
      customerTokens.take(owner);
      return { owner };
    },
    createToken: async (name) => newTokenViewOf(await customerTokens.create(name)),
    tokens: async () => ({ items: customerTokens.list().map(tokenViewOf) }),
    revokeToken: async (tokenId) => tokenViewOf(await customerTokens.revoke(tokenId)),
  } satisfies Partial<Handlers>;
}
