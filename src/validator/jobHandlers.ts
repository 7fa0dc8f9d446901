import { AssayError } from "../core/problems/assayError.ts";
import { type CustomerJob, isJobId } from "../flow/job.ts";
import type { CustomerOutcome } from "../flow/store.ts";
import type { Handlers, JobView } from "../http/handlers.ts";
import type { Parts } from "./parts.ts";
import { QUEUED_MAX } from "./pushOptions.ts";

function viewOf(job: CustomerJob): JobView {
  const { jobId, clientKey, lane, kind, input, state, attempts, hotkey, code } = job;
  return {
    job_id: jobId,
    client_key: clientKey,
    ...{ lane, kind, input, state, attempts },
    created_at: job.createdAt,
    ended_at: job.endedAt,
    hotkey,
    answer: job.answer === null ? null : (JSON.parse(job.answer) as unknown),
    code,
  };
}

function refusal(kind: "conflict" | "full", clientKey: string): AssayError {
  if (kind === "conflict") return new AssayError({ code: "job_conflict", client_key: clientKey });
  return new AssayError({ code: "job_queue_full", limit: QUEUED_MAX, retry_after_s: 5 });
}

/** Customer jobs: the operator submits them, once per client key, and follows them. */
export function jobHandlers({ push, lanes, store, clock, random }: Parts) {
  return {
    putJob: async ({ lane: name, kind, input, client_key: clientKey }) => {
      if (push === null) throw new AssayError({ code: "push_lane_off" });
      const lane = lanes.get(name);
      if (lane?.mode !== "push") throw new AssayError({ code: "lane_not_found", lane: name });
      const task = lane.accept(kind, input);
      const outcome: CustomerOutcome = await store.addCustomerJob(
        {
          jobId: `jb_${Buffer.from(random.bytes(16)).toString("hex")}`,
          ...{ clientKey, lane: name, ...task },
          ...{ createdAt: clock.nowMs(), state: "queued", attempts: 0 },
          ...{ answer: null, hotkey: null, code: null, endedAt: null },
        },
        QUEUED_MAX,
      );
      if (!("job" in outcome)) throw refusal(outcome.kind, clientKey);
      if (outcome.kind === "added") push.dispatcher.addCustomer(outcome.job);
      return { job: viewOf(outcome.job), replay: outcome.kind === "replay" };
    },
    job: async (id) => {
      const job = isJobId(id) ? await store.customerJob(id) : null;
      if (job === null) throw new AssayError({ code: "job_not_found", job_id: id });
      return viewOf(job);
    },
  } satisfies Partial<Handlers>;
}
