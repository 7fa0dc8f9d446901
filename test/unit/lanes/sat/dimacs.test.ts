import assert from "node:assert/strict";
import { test } from "node:test";
import { firstUnsatisfied } from "../../../../src/lanes/sat/check.ts";
import { parseCnf, renderCnf } from "../../../../src/lanes/sat/dimacs.ts";
import { generate } from "../../../../src/lanes/sat/generate.ts";
import { problemOf } from "../../../support/thrown.ts";

const faultOf = async (text: string) => {
  const problem = await problemOf(() => parseCnf(text));
  return problem.code === "failed" ? problem.message : problem.code;
};

test("an instance survives being written and read", () => {
  const instance = generate({ seed: 5n, vars: 30, clauses: 90, method: "ajm" });
  const cnf = parseCnf(renderCnf(instance));
  assert.deepEqual([cnf.nVars, cnf.nClauses], [30, 90]);
  assert.deepEqual(cnf.literals, instance.literals);
  assert.deepEqual(
    cnf.ends,
    Int32Array.from({ length: 90 }, (_, i) => 3 * i + 3),
  );
});

test("clauses may have any length, share lines and span them", () => {
  const cnf = parseCnf("c x\r\np  cnf 4 4\r\n1 0 -2 3\n\nc in between\n-4 0 1 2 3 4 0\n0\n");
  assert.deepEqual([...cnf.literals], [1, -2, 3, -4, 1, 2, 3, 4]);
  assert.deepEqual([...cnf.ends], [1, 4, 8, 8]);
});

test("a percent sign ends the formula", () => {
  assert.equal(parseCnf("p cnf 1 1\n1 0\n%\n0\n").nClauses, 1);
});

test("faults name the line", async () => {
  assert.equal(await faultOf(""), 'CNF, line 1: no "p cnf" header');
  assert.equal(await faultOf("1 0\n"), 'CNF, line 1: a clause before the "p cnf" header');
  assert.equal(await faultOf("p cnf 1\n"), 'CNF, line 1: want "p cnf VARIABLES CLAUSES"');
  assert.equal(await faultOf("p cnf 1 0\np cnf 1 0"), "CNF, line 2: a second header");
  assert.equal(await faultOf("p cnf 999999999 1\n"), "CNF, line 1: more than 100000000 variables or clauses");
  assert.equal(await faultOf("p cnf 2 1\n1 x 0"), 'CNF, line 2: "x" is not a literal');
  assert.equal(
    await faultOf("p cnf 2 1\n1 -3 0"),
    "CNF, line 2: variable 3 is above 2, the count in the header",
  );
  assert.equal(await faultOf("p cnf 2 1\n1 2"), "CNF, line 2: the last clause does not end in 0");
  assert.equal(await faultOf("p cnf 2 2\n1 2 0"), "CNF, line 2: 1 clauses, the header says 2");
});

test("clauses of any length are checked; an empty one is never satisfied", () => {
  const cnf = parseCnf("p cnf 3 3\n1 0\n-1 2 0\n-1 -2 3 2 0\n");
  assert.equal(firstUnsatisfied(cnf, Uint8Array.from([1, 1, 0])) < 0, true);
  assert.equal(firstUnsatisfied(cnf, Uint8Array.from([1, 0, 0])) < 0, false);
  assert.equal(firstUnsatisfied(cnf, Uint8Array.from([0, 1, 1])) < 0, false);
  assert.equal(firstUnsatisfied(parseCnf("p cnf 1 1\n0\n"), Uint8Array.from([1])) < 0, false);
  assert.equal(firstUnsatisfied(parseCnf("p cnf 1 0\n"), Uint8Array.from([1])) < 0, true);
});

test("the last clause counts as much as the first", () => {
  const instance = generate({ seed: 1n, vars: 10, clauses: 1, method: "biased" });
  for (let bits = 0; bits < 1024; bits++) {
    const assignment = Uint8Array.from({ length: 10 }, (_, v) => (bits >> v) & 1);
    const satisfied = instance.literals.some(
      (literal) => assignment[Math.abs(literal) - 1] === (literal > 0 ? 1 : 0),
    );
    assert.equal(firstUnsatisfied(instance, assignment) < 0, satisfied);
  }
});

test("an assignment of another length is the caller's mistake", () => {
  const instance = generate({ seed: 1n, vars: 10, clauses: 1, method: "biased" });
  assert.throws(() => firstUnsatisfied(instance, new Uint8Array(9)), RangeError);
  assert.throws(() => firstUnsatisfied(instance, new Uint8Array(11)), RangeError);
});
