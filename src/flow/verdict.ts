/**
 * `valid`; `invalid`: the miner's fault, with its reason; `error`: nobody's fault. `spared`: the answer is right and only its form
 * is refused, so it earns nothing, and never strikes.
 */
export type Verdict =
  | { readonly outcome: "valid" }
  | { readonly outcome: "invalid"; readonly code: InvalidCode; readonly spared?: true }
  | { readonly outcome: "error"; readonly code: ErrorCode };

/** Reasons of the `sat` lane, under the names that miners of this ecosystem know, then those of the `groth16` lane. */
export const invalidCodes = [
  "answer_missing_dimacs_solution",
  "solution_missing_status",
  "solution_status_unsatisfiable",
  "solution_unknown_status",
  "solution_non_integer_literal",
  "solution_variable_out_of_range",
  "solution_contradictory_assignment",
  "solution_incomplete_assignment",
  "solution_unsatisfied",
  "assignment_wrong_length",
  "assignment_spare_bits",
  "proof_malformed",
  "proof_number_not_canonical",
  "proof_number_out_of_range",
  "proof_point_not_on_curve",
  "proof_point_not_in_subgroup",
  "proof_point_at_infinity",
  "proof_signals_wrong_length",
  "proof_signals_not_bound",
  "proof_rejected",
] as const;
export type InvalidCode = (typeof invalidCodes)[number];

/** Reasons that are nobody's fault. */
export const errorCodes = ["check_crashed", "check_timeout", "worker_lost", "inputs_missing"] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** Codes that a receipt's verdict can have. */
export type VerdictCode = InvalidCode | ErrorCode | "already_solved" | "suspended" | "not_recorded";
