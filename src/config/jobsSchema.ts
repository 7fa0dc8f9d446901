import { z } from "zod";

/** A day: a job that has waited so long is of use to few customers. */
const DEADLINE_S = 86_400;
/** A week: jobs that have ended are kept as long. */
export const DEADLINE_S_MAX = 604_800;

const perToken = z.strictObject({
  burst: z.int().min(1).max(100_000).default(60).describe("Requests at once per customer's token"),
  per_s: z.number().positive().max(100_000).default(20).describe("Requests per second and customer's token"),
  queued: z
    .int()
    .min(1)
    .max(10_000)
    .default(1000)
    .describe("Jobs of one customer's token that may wait; 10,000 of all together"),
});

/** Jobs of customers, under `/v1/jobs`. */
export const jobsSchema = z
  .strictObject({
    deadline_s: z
      .int()
      .min(1)
      .max(DEADLINE_S_MAX)
      .default(DEADLINE_S)
      .describe("Seconds after which a customer's job ends unanswered, where the job states no deadline"),
    again_s: z
      .int()
      .min(1)
      .max(86_400)
      .default(60)
      .describe("Seconds after which a job that every connected miner has had may go to any of them again"),
    per_token: perToken.prefault({}),
  })
  .prefault({});
