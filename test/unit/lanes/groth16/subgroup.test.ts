import assert from "node:assert/strict";
import { test } from "node:test";
import { loadPoints } from "../../../../src/lanes/groth16/load.ts";
import { R } from "../../../../src/lanes/groth16/numbers.ts";
import { type G2Text, readG2 } from "../../../../src/lanes/groth16/points.ts";
import {
  COFACTOR,
  generator,
  minus,
  P,
  plus,
  smallPoint,
  subgroupPoint,
  times,
  twistJson,
  twistPoint,
} from "../../../support/lanes/groth16/twist.ts";

type Point = typeof generator;
const points = await loadPoints();

function fault(point: Point): string | null {
  const text = readG2(twistJson(point));
  assert.ok(typeof text !== "string", String(text));
  return points.engine.scope(() => points.loadG2(points.engine.g2(), text as G2Text));
}

const OUTSIDE = "proof_point_not_in_subgroup";

test("the equation of the subgroup test holds for points of order r alone", () => {
  const x = 4_965_661_367_192_848_881n;
  const t = P + 1n - R;
  assert.equal(36n * x ** 4n + 36n * x ** 3n + 24n * x ** 2n + 6n * x + 1n, P);
  assert.equal(6n * x ** 2n + 1n, t);
  // (x + 1) + x psi + x psi^2 - 2x psi^3, made smaller with psi^2 = t psi - p.
  const terms = [x + 1n, x, x, -2n * x];
  for (const degree of [3, 2]) {
    const top = terms[degree] ?? 0n;
    terms[degree] = 0n;
    terms[degree - 1] = (terms[degree - 1] ?? 0n) + top * t;
    terms[degree - 2] = (terms[degree - 2] ?? 0n) - top * P;
  }
  const [a = 0n, b = 0n] = terms;
  let [norm, order] = [a * a + a * b * t + b * b * P, R * COFACTOR];
  while (order !== 0n) [norm, order] = [order, norm % order];
  assert.equal(norm, R);
});

test("multiples of the generator are in the subgroup", () => {
  for (const k of [1n, 2n, 3n, R - 1n, R / 2n, 12_345_678_901_234_567_890n])
    assert.equal(fault(subgroupPoint(k)), null, `${k}`);
});

test("points of the twist outside of the subgroup are not", () => {
  for (let start = 1; start <= 40; start++) {
    const point = twistPoint(start);
    assert.equal(times(point, R).isZero(), false);
    assert.equal(fault(point), OUTSIDE, `x = ${start} + u`);
    // Cleared of the cofactor it is one; cleared of r only the cofactor's part is left.
    assert.equal(fault(times(point, COFACTOR)), null);
    assert.equal(fault(times(point, R)), OUTSIDE);
  }
});

test("a point of the subgroup with a point of small order added is outside", () => {
  const small = smallPoint(1);
  assert.equal(times(small, 10_069n).isZero(), true);
  assert.equal(fault(small), OUTSIDE);
  for (const k of [1n, 77n, R - 5n]) {
    const sum = plus(subgroupPoint(k), small);
    assert.equal(fault(sum), OUTSIDE);
    assert.equal(fault(plus(sum, minus(small))), null);
  }
});

test("a point off the twist is told apart from one outside of the subgroup", () => {
  const point = generator.clone();
  point.setY(generator.getX());
  assert.equal(fault(point), "proof_point_not_on_curve");
});
