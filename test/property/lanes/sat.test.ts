import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkAnswer, firstUnsatisfied } from "../../../src/lanes/sat/check.ts";
import { parseCnf, renderCnf } from "../../../src/lanes/sat/dimacs.ts";
import { generate, type InstanceSpec } from "../../../src/lanes/sat/generate.ts";
import {
  decodeBitset,
  encodeBitset,
  parseSolution,
  renderSolution,
} from "../../../src/lanes/sat/solution.ts";

const model = fc
  .array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 500 })
  .map((bits) => Uint8Array.from(bits));
const spec: fc.Arbitrary<InstanceSpec> = fc.record({
  seed: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
  vars: fc.oneof(fc.integer({ min: 3, max: 25 }), fc.integer({ min: 3, max: 2000 })),
  clauses: fc.integer({ min: 0, max: 300 }),
  method: fc.constantFrom("biased", "ajm"),
});

test("an assignment survives both encodings", () => {
  fc.assert(
    fc.property(model, (bits) => {
      assert.deepEqual(decodeBitset(encodeBitset(bits), bits.length), { fault: null, values: bits });
      assert.deepEqual(parseSolution(renderSolution(bits), bits.length), { fault: null, values: bits });
    }),
  );
});

test("an instance is planted: distinct variables in range, its own model satisfies it, and it is the same each time", () => {
  fc.assert(
    fc.property(spec, (one) => {
      const instance = generate(one);
      assert.deepEqual([instance.nVars, instance.nClauses], [one.vars, one.clauses]);
      assert.equal(instance.literals.length, 3 * one.clauses);
      for (let at = 0; at < instance.literals.length; at += 3) {
        const variables = Array.from(instance.literals.subarray(at, at + 3), Math.abs);
        assert.equal(new Set(variables).size, 3);
        for (const variable of variables) assert.ok(variable >= 1 && variable <= one.vars);
      }
      assert.equal(firstUnsatisfied(instance, instance.model), -1);
      assert.deepEqual(generate(one), instance);
    }),
  );
});

test("ajm clauses have one or two true literals under the model", () => {
  fc.assert(
    fc.property(spec, (one) => {
      const { literals, model: planted } = generate({ ...one, method: "ajm" });
      for (let at = 0; at < literals.length; at += 3) {
        const truths = literals
          .subarray(at, at + 3)
          .filter((literal) => planted[Math.abs(literal) - 1] === (literal > 0 ? 1 : 0));
        assert.ok(truths.length === 1 || truths.length === 2);
      }
    }),
  );
});

test("the check on triples agrees with the check on parsed text, and with the clauses read one by one", () => {
  fc.assert(
    fc.property(spec, fc.infiniteStream(fc.constantFrom(0, 1)), (one, stream) => {
      const instance = generate({ ...one, vars: Math.min(one.vars, 60) });
      const random = Uint8Array.from({ length: instance.nVars }, () => stream.next().value);
      let satisfied = true;
      for (let at = 0; at < instance.literals.length; at += 3) {
        const clause = instance.literals.subarray(at, at + 3);
        satisfied &&= clause.some((literal) => random[Math.abs(literal) - 1] === (literal > 0 ? 1 : 0));
      }
      assert.equal(firstUnsatisfied(instance, random) < 0, satisfied);
      assert.equal(firstUnsatisfied(parseCnf(renderCnf(instance)), random) < 0, satisfied);
    }),
  );
});

test("no text and no bytes make the check throw", () => {
  const instance = generate({ seed: 4n, vars: 9, clauses: 20, method: "biased" });
  const word = fc.constantFrom(
    "s SATISFIABLE",
    "v",
    "1",
    "-1",
    "9",
    "10",
    "0",
    "\n",
    "\r",
    "x",
    "1_0",
    "\u0663",
    "c",
  );
  const line = fc
    .array(fc.oneof(word, fc.string({ unit: "binary" })), { maxLength: 30 })
    .map((words) => words.join(" "));
  fc.assert(
    fc.property(
      fc.oneof(
        line.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 60 }),
      ),
      (bytes) => {
        for (const encoding of ["text", "bitset"] as const)
          assert.notEqual(checkAnswer(instance, { encoding, bytes }).outcome, "error");
      },
    ),
  );
});
