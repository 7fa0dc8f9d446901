import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFraction } from "../../../../src/core/fraction.ts";
import { makeLanes } from "../../../../src/lanes/registry.ts";
import { checkAnswer } from "../../../../src/lanes/sat/check.ts";
import { parseCnf } from "../../../../src/lanes/sat/dimacs.ts";
import { generate } from "../../../../src/lanes/sat/generate.ts";
import { makeSatLane, type SatOptions } from "../../../../src/lanes/sat/lane.ts";
import { encodeBitset, renderSolution } from "../../../../src/lanes/sat/solution.ts";
import { Solver } from "../../../../src/lanes/sat/solver.ts";
import { problemOf } from "../../../support/thrown.ts";

const rate = parseFraction("1");
assert.ok(rate);
const options: SatOptions = {
  partial: "reject",
  policy: { rate, penalty: "reject", maxAttempts: 3, share: 0.5 },
  tiers: new Map([
    [1, { allotment: 10_000, weight: 1, vars: 400, clauses: 1704, method: "biased" }],
    [2, { allotment: 5000, weight: 2, vars: 12, clauses: 30, method: "ajm" }],
  ]),
};
const lane = makeSatLane(options);
const bitset = (bytes: Uint8Array) => ({ encoding: "bitset", bytes }) as const;
const text = (solution: string) => ({ encoding: "text", bytes: Buffer.from(solution) }) as const;

test("the registry holds the lane under its name", () => {
  const lanes = makeLanes({ sat: options, groth16: { policy: options.policy, circuits: [] } });
  assert.deepEqual([...lanes.keys()], ["sat"]);
  assert.equal(lanes.get("sat")?.mode, "pull");
});

test("the lane shows its tiers and policy, and its load in verification units", () => {
  assert.deepEqual(lane.tiers.get(2), {
    ...{ allotment: 5000, weight: 2, answerBytes: 16_384 + 20 * 12 },
    shape: { n_vars: 12, n_clauses: 30 },
    spec: { vars: 12, clauses: 30, method: "ajm" },
  });
  assert.equal(lane.policy, options.policy);
  assert.equal(lane.cost, 1 / 32);
});

test("an unknown tier is not the miner's fault", () => {
  assert.throws(() => lane.issue({ tier: 3, seed: 1n }), RangeError);
});

test("a task is remade from what it was issued with, whatever the tier is now", () => {
  const spec = { vars: 20, clauses: 40, method: "biased" } as const;
  const task = lane.issue({ tier: 2, seed: 77n, spec });
  assert.deepEqual(task, generate({ seed: 77n, ...spec }));
  assert.deepEqual(lane.issue({ tier: 99, seed: 77n, spec }), task);
  assert.deepEqual(lane.check(task, bitset(encodeBitset(task.model))), { outcome: "valid" });
});

test("a spec that is not the lane's is not the miner's fault", () => {
  for (const spec of [
    {},
    { vars: 20, clauses: 40, method: "hard" },
    { vars: "20", clauses: 40, method: "ajm" },
  ])
    assert.throws(() => lane.issue({ tier: 2, seed: 1n, spec }), RangeError);
});

test("the planted assignment is valid in both encodings", () => {
  for (const tier of [1, 2]) {
    const task = lane.issue({ tier, seed: 77n });
    assert.deepEqual(lane.check(task, bitset(encodeBitset(task.model))), { outcome: "valid" });
    assert.deepEqual(lane.check(task, text(renderSolution(task.model))), { outcome: "valid" });
  }
});

test("a wrong answer is invalid with its reason", () => {
  const task = lane.issue({ tier: 1, seed: 77n });
  const codeOf = (answer: Parameters<typeof lane.check>[1]) => {
    const verdict = lane.check(task, answer);
    return verdict.outcome === "invalid" ? verdict.code : verdict.outcome;
  };
  const flipped = encodeBitset(task.model).map((byte) => byte ^ 0xff);
  assert.equal(codeOf(bitset(flipped)), "solution_unsatisfied");
  assert.equal(
    codeOf(text(renderSolution(task.model.map((value: number) => 1 - value)))),
    "solution_unsatisfied",
  );
  assert.equal(codeOf(bitset(new Uint8Array(49))), "assignment_wrong_length");
  assert.equal(codeOf(text("")), "answer_missing_dimacs_solution");
  assert.equal(codeOf(text(renderSolution(task.model.subarray(1)))), "solution_incomplete_assignment");
});

test("bytes that are not UTF-8 are an answer like any other", () => {
  const task = lane.issue({ tier: 2, seed: 77n });
  const bytes = Uint8Array.from([0xff, 0xfe, ...Buffer.from(`\n${renderSolution(task.model)}`)]);
  assert.deepEqual(lane.check(task, { encoding: "text", bytes }), { outcome: "valid" });
});

test("instances that cannot be are refused", () => {
  const make = (vars: number, clauses: number) => () => generate({ seed: 1n, vars, clauses, method: "ajm" });
  for (const [vars, clauses] of [
    [2, 1],
    [2.5, 1],
    [2 ** 31, 1],
    [3, -1],
    [3, 0.5],
  ] as const)
    assert.throws(make(vars, clauses), RangeError);
  assert.equal(make(3, 0)().literals.length, 0);
});

test("a real solver solves what the miner fetches, and the lane accepts it", async () => {
  const solver = new Solver();
  try {
    const task = lane.issue({ tier: 1, seed: 1832088646036181144n });
    const model = await solver.solve(lane.render(task));
    assert.ok(model);
    assert.deepEqual(lane.check(task, bitset(encodeBitset(model))), { outcome: "valid" });
  } finally {
    await solver.close();
  }
});

test("the solver tells satisfiable from unsatisfiable, and gives a value to unused variables", async () => {
  const solver = new Solver();
  try {
    assert.equal(await solver.solve("p cnf 1 2\n1 0\n-1 0\n"), null);
    assert.deepEqual([...((await solver.solve("p cnf 4 2\n-1 0\n2 0\n")) ?? [])].slice(0, 2), [0, 1]);
    assert.equal((await solver.solve("p cnf 4 1\n1 0\n"))?.length, 4);
    assert.equal((await problemOf(() => solver.solve("p cnf 1 1\nx 0\n"))).code, "failed");
    assert.deepEqual(await solver.solve("p cnf 1 1\n1 0\n"), Uint8Array.from([1]));
  } finally {
    await solver.close();
  }
});

test("an aborted search ends at once, and the next one works", async () => {
  const solver = new Solver();
  try {
    const hard = generate({ seed: 3n, vars: 5000, clauses: 21_300, method: "ajm" });
    const controller = new AbortController();
    const search = solver.solve(lane.render(hard), controller.signal);
    await assert.rejects(solver.solve("p cnf 1 1\n1 0\n"), RangeError);
    controller.abort(new Error("enough"));
    await assert.rejects(search, { message: "enough" });
    await assert.rejects(solver.solve("p cnf 1 1\n1 0\n", controller.signal), { message: "enough" });
    assert.deepEqual(await solver.solve("p cnf 1 1\n1 0\n"), Uint8Array.from([1]));
  } finally {
    await solver.close();
  }
});

test("closing the solver ends a search under way", async () => {
  const solver = new Solver();
  const hard = generate({ seed: 3n, vars: 5000, clauses: 21_300, method: "ajm" });
  const search = problemOf(() => solver.solve(lane.render(hard)));
  await solver.close();
  assert.equal((await search).code, "failed");
});

test("an open model that satisfies every clause is taken only where that is configured, and is never a cheat", () => {
  const formula = parseCnf("p cnf 3 2\n1 2 0\n-1 3 0\n");
  const answer = (literals: string) => ({
    encoding: "text" as const,
    bytes: Buffer.from(`s SATISFIABLE\nv ${literals} 0\n`),
  });
  const code = "solution_incomplete_assignment";
  assert.deepEqual(checkAnswer(formula, answer("1 3"), "reject"), { outcome: "invalid", code, spared: true });
  assert.deepEqual(checkAnswer(formula, answer("1 3"), "accept"), { outcome: "valid" });
  for (const partial of ["reject", "accept"] as const)
    assert.deepEqual(checkAnswer(formula, answer("1"), partial), { outcome: "invalid", code });
});
