import { add, BN_SNARK1, dbl, Fp, Fp2, Fr, G2, init, mul, neg, sqr, squareRoot, sub } from "mcl-wasm";
import { R } from "../../../../src/lanes/groth16/numbers.ts";

await init(BN_SNARK1);

export const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
/** Points of the twist for each point of its r-subgroup. */
export const COFACTOR = 2n * P - R;
/** The least prime of the cofactor. */
const SMALL = 10_069n;

export const generator = new G2();
generator.setStr(
  "1 10857046999023057135944570762232829481370756359578518086990519993285655852781 11559732032986387107991004021392285783925812861821192530917403151452391805634 8495653923123431417604973247489272438418190587263600148770280649306958101930 4082367875863433681332203403145435568316851327593401208105741076214120093531",
);

const cube = (x: Fp2): Fp2 => mul(sqr(x), x);
/** y^2 = x^3 + b, read off the generator. */
const b = sub(sqr(generator.getY()), cube(generator.getX()));

/** k times a point of the twist by doubling and adding; right outside of the subgroup too. */
export function times(point: G2, k: bigint): G2 {
  const sum = new G2();
  return [...k.toString(2)].reduce((result, bit) => {
    const twice = dbl(result);
    return bit === "1" ? add(twice, point) : twice;
  }, sum);
}

/** The point of the twist with the first x from `start` on; all but one in 10^76 are outside of the subgroup. */
export function twistPoint(start: number): G2 {
  for (let at = start; ; at++) {
    const x = new Fp2();
    x.setInt(at, 1);
    const [isSquare, y] = squareRoot(add(cube(x), b));
    if (!isSquare) continue;
    const [point, one] = [new G2(), new Fp2()];
    one.setInt(1, 0);
    point.setX(x);
    point.setY(y);
    point.setZ(one);
    return point;
  }
}

/** A point whose order is the cofactor's least prime: the hardest to tell by chance. */
export function smallPoint(start: number): G2 {
  const point = times(twistPoint(start), (R * COFACTOR) / SMALL);
  if (point.isZero()) return smallPoint(start + 100);
  point.normalize();
  return point;
}

export function plus(first: G2, second: G2): G2 {
  const sum = add(first, second);
  sum.normalize();
  return sum;
}

export const minus = (point: G2): G2 => neg(point);

export function subgroupPoint(k: bigint): G2 {
  const scalar = new Fr();
  scalar.setStr((k % R).toString());
  const point = mul(generator, scalar);
  point.normalize();
  return point;
}

/** A point as snarkjs writes it. */
export function twistJson(point: G2): string[][] {
  const affine = point.clone();
  affine.normalize();
  const halves = (value: Fp2): string[] => [value.get_a().getStr(10), value.get_b().getStr(10)];
  return [halves(affine.getX()), halves(affine.getY()), ["1", "0"]];
}

/** The point of what snarkjs writes. */
export function twistOf(json: readonly (readonly string[])[]): G2 {
  const point = new G2();
  const value = (halves: readonly string[] = []): Fp2 => {
    const [element, a, b] = [new Fp2(), new Fp(), new Fp()];
    a.setStr(halves[0] ?? "");
    b.setStr(halves[1] ?? "");
    element.set_a(a);
    element.set_b(b);
    return element;
  };
  point.setX(value(json[0]));
  point.setY(value(json[1]));
  point.setZ(value(json[2]));
  return point;
}

const power = (z: bigint, n: number): bigint =>
  Array.from({ length: n }, () => z).reduce((a, b) => (a * b) % P, 1n);
const scaled = (text: string, by: bigint): string => String((BigInt(text) * by) % P);

/** The same point of G1 with third coordinate z. */
export function jacobian1([x = "", y = ""]: readonly string[], z: bigint): string[] {
  return [scaled(x, power(z, 2)), scaled(y, power(z, 3)), String(z)];
}

/** The same point of G2 with third coordinate z, an element of the base field. */
export function jacobian2([x = [], y = []]: readonly (readonly string[])[], z: bigint): string[][] {
  const by = (pair: readonly string[], n: number): string[] => pair.map((part) => scaled(part, power(z, n)));
  return [by(x, 2), by(y, 3), [String(z), "0"]];
}
