import type { ProblemCode, ProblemRows } from "./problem.ts";

/** Refusals of what a request asks for: challenges and submissions, bounds, look-ups. */
export const workProblems = {
  malformed_challenge_id: {
    status: 400,
    blame: "miner",
    title: "Malformed challenge id",
    detail: () => "A challenge id is pm-t{tier}-e{epoch}-{24 lower-case hex digits}.",
  },
  epoch_expired: {
    status: 410,
    blame: "miner",
    title: "Epoch not accepted",
    detail: (p) =>
      `The challenge is of epoch ${p.epoch}; ${p.current} and ${p.current - 1} are accepted. Fetch new challenges.`,
  },
  not_your_challenge: {
    status: 404,
    blame: "miner",
    title: "Not a challenge of this hotkey",
    detail: () => "The id was not issued to this hotkey; list your own with GET /v1/challenges.",
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
    detail: (p) => `This lane takes one answer a challenge, and ${p.challenge_id} has one.`,
  },
  attempts_exhausted: {
    status: 409,
    blame: "miner",
    title: "No attempts left",
    detail: (p) => `${p.challenge_id} has had its ${p.max_attempts} attempts; take the next challenge.`,
  },
  ip_rate_limited: {
    status: 429,
    blame: "miner",
    title: "Too many requests from this address",
    detail: (p) => `This address sends faster than it may; wait ${p.retry_after_s} s.`,
    retry: "abuse",
  },
  rate_limited: {
    status: 429,
    blame: "miner",
    title: "Too many requests from this hotkey",
    detail: (p) => `This hotkey sends faster than it may; wait ${p.retry_after_s} s.`,
    retry: "abuse",
  },
  busy: {
    status: 429,
    blame: "validator",
    title: "Gate full",
    detail: (p) => `Every slot is taken; come back in ${p.retry_after_s} s.`,
    retry: "saturation",
  },
  verify_backlog: {
    status: 503,
    blame: "validator",
    title: "Verification behind",
    detail: (p) => `Answers wait for verification at their bound; come back in ${p.retry_after_s} s.`,
    retry: "backpressure",
  },
  store_unavailable: {
    status: 503,
    blame: "validator",
    title: "Store unavailable",
    detail: (p) =>
      `Nothing is promised; send the same request again in ${p.retry_after_s} s, it counts once.`,
    retry: "outage",
  },
  chain_unavailable: {
    status: 503,
    blame: "validator",
    title: "Chain height unknown",
    detail: (p) => `Nothing is judged until the chain answers; come back in ${p.retry_after_s} s.`,
    retry: "outage",
  },
  shutting_down: {
    status: 503,
    blame: "validator",
    title: "Shutting down",
    detail: (p) => `The validator is stopping; come back in ${p.retry_after_s} s.`,
    retry: "outage",
  },
  not_ready: {
    status: 503,
    blame: "validator",
    title: "Not ready",
    detail: (p) => `Not working: ${p.checks.flatMap((check) => (check.ok ? [] : [check.name])).join(", ")}.`,
    retry: "outage",
  },
  lane_not_found: {
    status: 404,
    blame: "miner",
    title: "No such lane",
    detail: (p) => `There is no pull lane "${p.lane}"; GET /v1/status lists the lanes.`,
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
    detail: () => "This hotkey has no receipt of that id.",
  },
  miner_not_found: {
    status: 404,
    blame: "miner",
    title: "Miner not known",
    detail: (p) => `${p.hotkey} has not been seen here.`,
  },
  weights_not_found: {
    status: 404,
    blame: "none",
    title: "No such weights",
    detail: (p) => (p.epoch === null ? "No vector was signed yet." : `No vector was signed for ${p.epoch}.`),
  },
  epoch_not_found: {
    status: 404,
    blame: "none",
    title: "No such epoch",
    detail: (p) => `No sampling commitment was made for epoch ${p.epoch}.`,
  },
  epoch_open: {
    status: 409,
    blame: "none",
    title: "Epoch still open",
    detail: (p) => `Epoch ${p.epoch} is not closed; its log is served once its key is revealed.`,
  },
  suspension_not_found: {
    status: 404,
    blame: "operator",
    title: "Not suspended",
    detail: (p) => `${p.hotkey} is not on the skiplist.`,
  },
  internal: {
    status: 500,
    blame: "validator",
    title: "Internal error",
    detail: () => "The validator failed; the log has the cause. Send the same request again later.",
  },
} satisfies Partial<ProblemRows<ProblemCode>>;
