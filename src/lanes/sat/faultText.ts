import type { InvalidCode } from "../../flow/verdict.ts";

/** What a fault of this lane means and what to do, per code; `docs/errors.md` has the same words. */
const texts: Partial<Record<InvalidCode, string>> = {
  answer_missing_dimacs_solution: "The answer holds no DIMACS output. Send the solver's `s` and `v` lines.",
  solution_missing_status: "There is no `s` line. Send `s SATISFIABLE`.",
  solution_status_unsatisfiable:
    "The answer says UNSATISFIABLE; every challenge has a solution. Check the solver.",
  solution_unknown_status: "The `s` line says neither SATISFIABLE nor UNSATISFIABLE. Send `s SATISFIABLE`.",
  solution_non_integer_literal:
    "A `v` line holds something that is not an integer. Send literals separated by spaces.",
  solution_variable_out_of_range:
    "A literal names a variable that the instance does not have. Check that the answer belongs to this challenge.",
  solution_contradictory_assignment: "A variable is assigned both values. Assign every variable once.",
  solution_incomplete_assignment: "A variable has no value. Assign every variable a value.",
  solution_unsatisfied: "A clause is not satisfied. Check the answer before sending it: `assay check`.",
  assignment_wrong_length:
    "The bitset does not have one bit per variable, rounded up to whole bytes. Send `ceil(n_vars / 8)` bytes.",
  assignment_spare_bits: "Bits past the last variable are set. Set them to zero.",
};

/** The sentences of a code; the code itself where it is of another lane. */
export function faultText(code: InvalidCode): string {
  return texts[code] ?? code;
}
