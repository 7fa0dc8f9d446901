import type { ProblemCode, ProblemRows } from "./problem.ts";

/** Refusals of well-formed requests: challenges and submissions, bounds, look-ups. */
export const workProblems = {
  malformed_challenge_id: {
    status: 400,
    blame: "miner",
    title: "Malformed challenge id",
    detail: () =>
      "The challenge id does not have the form pm-t{tier}-e{epoch}-{24 lower-case hex digits}; send an id as GET /v1/challenges lists it.",
  },
  epoch_expired: {
    status: 410,
    blame: "miner",
    title: "Epoch not accepted",
    detail: (p) =>
      p.epoch === p.current
        ? `Epoch ${p.epoch} was closed before its time, which happens when the validator's clock ran ahead; its answers are refused until the next epoch begins.`
        : `The challenge belongs to epoch ${p.epoch}; only the current epoch, ${p.current}, and the one before it are accepted. Fetch new challenges.`,
  },
  not_your_challenge: {
    status: 404,
    blame: "miner",
    title: "Not a challenge of this hotkey",
    detail: () => "The id was not issued to this hotkey; list your own with GET /v1/challenges.",
  },
  answer_too_large: {
    status: 413,
    blame: "miner",
    title: "Answer too large",
    detail: (p) =>
      `An answer to this challenge has at most ${p.limit_bytes} bytes; send assignment_b64, or the solver's output without its log.`,
  },
  already_solved: {
    status: 409,
    blame: "miner",
    title: "Challenge already solved",
    detail: (p) => `Another answer to ${p.challenge_id} was accepted; take the next challenge.`,
  },
  already_answered: {
    status: 409,
    blame: "miner",
    title: "Challenge already answered",
    detail: (p) =>
      `This lane accepts one answer per challenge, and ${p.challenge_id} already has one; take the next challenge.`,
  },
  attempts_exhausted: {
    status: 409,
    blame: "miner",
    title: "No attempts left",
    detail: (p) => `All ${p.max_attempts} attempts at ${p.challenge_id} are used; take the next challenge.`,
  },
  job_conflict: {
    status: 409,
    blame: "operator",
    title: "Client key taken",
    detail: (p) =>
      `A different job was already submitted under the client key ${p.client_key}; repeat that request unchanged, or use a new key for a new job.`,
  },
  job_ended: {
    status: 409,
    blame: "operator",
    title: "Job has ended",
    detail: (p) => `Job ${p.job_id} has ended (${p.state}); only a queued job can be cancelled.`,
  },
  token_limit: {
    status: 409,
    blame: "operator",
    title: "Too many tokens",
    detail: (p) =>
      `${p.limit} customers' tokens are on record, which is the limit; revoke some. A revoked token leaves the record a week later.`,
  },
  upgrade_required: {
    status: 426,
    blame: "miner",
    title: "WebSocket expected",
    detail: (p) => `This route accepts ${p.protocol} connections only; open it with an Upgrade request.`,
  },
  job_queue_full: {
    status: 503,
    blame: "validator",
    title: "Job queue full",
    detail: (p) =>
      `${p.limit} jobs are already waiting for miners, which is the limit; submit this one again in ${p.retry_after_s} s.`,
    retry: "backpressure",
  },
  too_many_streams: {
    status: 503,
    blame: "validator",
    title: "Too many streams",
    detail: (p) => `${p.limit} streams are open, which is the limit; connect again in ${p.retry_after_s} s.`,
    retry: "saturation",
  },
  too_many_connections: {
    status: 429,
    blame: "miner",
    title: "Too many connections of one address",
    detail: (p) =>
      `This address has ${p.limit} connections or streams open, the most that one may have; close some, or ask the operator to raise http.per_address_connections.`,
    retry: "abuse",
  },
  ip_rate_limited: {
    status: 429,
    blame: "miner",
    title: "Too many requests from this address",
    detail: (p) =>
      `This IP address has sent more requests than its limit allows; try again in ${p.retry_after_s} s.`,
    retry: "abuse",
  },
  rate_limited: {
    status: 429,
    blame: "miner",
    title: "Too many requests from this hotkey",
    detail: (p) =>
      `This hotkey has sent more requests than its limit allows; try again in ${p.retry_after_s} s.`,
    retry: "abuse",
  },
  too_many_signatures: {
    status: 429,
    blame: "validator",
    title: "Too many signatures to remember",
    detail: (p) =>
      `As many signatures as can be remembered were used within their window; try again in ${p.retry_after_s} s.`,
    retry: "saturation",
  },
  too_many_new_hotkeys: {
    status: 429,
    blame: "miner",
    title: "Too many new hotkeys from this address",
    detail: (p) =>
      `This IP address has brought more new hotkeys within the hour than its limit allows; try again in ${p.retry_after_s} s, or with a hotkey that has worked here before.`,
    retry: "abuse",
  },
  customer_rate_limited: {
    status: 429,
    blame: "operator",
    title: "Too many requests with this token",
    detail: (p) =>
      `More requests were sent with this token than its limit allows; try again in ${p.retry_after_s} s.`,
    retry: "abuse",
  },
  busy: {
    status: 429,
    blame: "validator",
    title: "Gate full",
    detail: (p) => `All admission slots are in use; try again in ${p.retry_after_s} s.`,
    retry: "saturation",
  },
  verify_backlog: {
    status: 503,
    blame: "validator",
    title: "Verification behind",
    detail: (p) =>
      `The queue of answers waiting for verification is full; try again in ${p.retry_after_s} s.`,
    retry: "backpressure",
  },
  store_unavailable: {
    status: 503,
    blame: "validator",
    title: "Store unavailable",
    detail: (p) =>
      `The store could not record the request, so nothing was accepted; send the same request again in ${p.retry_after_s} s. It counts once.`,
    retry: "outage",
  },
  chain_unavailable: {
    status: 503,
    blame: "validator",
    title: "Chain height unknown",
    detail: (p) =>
      p.cause_text === undefined
        ? `The chain height is unknown, and nothing is judged without it; try again in ${p.retry_after_s} s.`
        : `The chain could not be read: ${p.cause_text}; it is tried again in ${p.retry_after_s} s.`,
    retry: "outage",
  },
  clock_doubted: {
    status: 503,
    blame: "validator",
    title: "Clock in doubt",
    detail: (p) =>
      `The validator's clock is ${Math.round(Math.abs(p.ahead_ms) / 1000)} s ${p.ahead_ms > 0 ? "ahead of" : "behind"} the expected time, and it takes no work until its operator has set it right; try again in ${p.retry_after_s} s.`,
    retry: "outage",
  },
  shutting_down: {
    status: 503,
    blame: "validator",
    title: "Shutting down",
    detail: (p) => `The validator is shutting down; try again in ${p.retry_after_s} s.`,
    retry: "outage",
  },
  not_ready: {
    status: 503,
    blame: "validator",
    title: "Not ready",
    detail: (p) =>
      `These checks fail: ${p.checks.flatMap((check) => (check.ok ? [] : [check.name])).join(", ")}; \`checks\` says why.`,
    retry: "outage",
  },
  lane_kind_not_found: {
    status: 404,
    blame: "operator",
    title: "No such kind of work",
    detail: (p) => `Lane ${p.lane} has no kind "${p.kind}"; use one of its kinds: ${p.kinds.join(", ")}.`,
  },
  push_lane_off: {
    status: 404,
    blame: "operator",
    title: "No push lane",
    detail: () =>
      "This validator dispatches no jobs, because its configuration names no circuit; its operator can add one under lanes.groth16.circuits.",
  },
  job_not_found: {
    status: 404,
    blame: "operator",
    title: "No such job",
    detail: (p) => `There is no job ${p.job_id}. Check the id; a job is deleted 7 days after it ended.`,
  },
  token_not_found: {
    status: 404,
    blame: "operator",
    title: "No such token",
    detail: (p) => `There is no customer's token ${p.token_id}; \`assay token list\` shows all.`,
  },
  lane_not_found: {
    status: 404,
    blame: "miner",
    title: "No such lane",
    detail: (p) =>
      `No lane "${p.lane}" gives out this kind of work; GET /v1/status lists the lanes and their modes.`,
  },
  tier_not_found: {
    status: 404,
    blame: "miner",
    title: "No such tier",
    detail: (p) => `The lane has no tier ${p.tier}; GET /v1/status lists the tiers.`,
  },
  receipt_not_found: {
    status: 404,
    blame: "miner",
    title: "No such receipt",
    detail: () =>
      "There is no receipt with that id, or another hotkey has it; a miner must ask with the hotkey that submitted the answer.",
  },
  miner_not_found: {
    status: 404,
    blame: "miner",
    title: "Miner not known",
    detail: (p) => `This validator has no record of ${p.hotkey}; check the hotkey.`,
  },
  weights_not_found: {
    status: 404,
    blame: "none",
    title: "No such weights",
    detail: (p) =>
      p.epoch === null
        ? "No weight vector has been signed yet; one is signed per weighing period."
        : `No weight vector was signed for period ${p.epoch}; GET /v1/weights/latest has the last one.`,
  },
  epoch_not_found: {
    status: 404,
    blame: "none",
    title: "No such epoch",
    detail: (p) =>
      `This validator has no sampling commitment for epoch ${p.epoch}: it did not run then, or retention has deleted it. Ask for another epoch.`,
  },
  epoch_open: {
    status: 409,
    blame: "none",
    title: "Epoch still open",
    detail: (p) =>
      `Epoch ${p.epoch} is still open, and its log would tell what is verified. Ask again two epochs later, when it has closed.`,
  },
  node_not_found: {
    status: 404,
    blame: "operator",
    title: "No such process",
    detail: (p) => `No living process has the number or the name "${p.node}".`,
  },
  suspension_not_found: {
    status: 404,
    blame: "operator",
    title: "Not suspended",
    detail: (p) => `${p.hotkey} is not suspended; \`assay skiplist list\` shows who is.`,
  },
  chain_local: {
    status: 409,
    blame: "operator",
    title: "Not on the local chain",
    detail: (p) =>
      `chain.kind is local, which is a clock and a file: there are no ${p.asked}. They exist with chain.kind: subtensor.`,
  },
  internal: {
    status: 500,
    blame: "validator",
    title: "Internal error",
    detail: () =>
      "The validator failed to handle the request; its log has the cause. Send the same request again later.",
  },
} satisfies Partial<ProblemRows<ProblemCode>>;
