import { type Engine, FP_SIZE, FP2_SIZE, type Fp, fpAt, type G2, G2_SIZE } from "./engine.ts";

/** The parameter x of BN254, of which p and r are polynomials, as bits without the leading one. */
const X_BITS = 4_965_661_367_192_848_881n.toString(2).slice(1);

// (9 + u)^((p - 1) / 3) and (9 + u)^((p - 1) / 2): what psi multiplies x and y with.
const TWIST_X = [
  "21575463638280843010398324269430826099269044274347216827212613867836435027261",
  "10307601595873709700152284273816112264069230130616436755625194854815875713954",
] as const;
const TWIST_Y = [
  "2821565182194536844548159561693502659359617185244120367078079554186484126554",
  "3505843767911556378687030309984248845540243509899259641013678093033130930403",
] as const;

/**
 * Distinguishes points of the r-subgroup from other points of the twist, by the endomorphism psi (Frobenius between twist and
 * untwist): a point P on the twist is in the subgroup iff [x+1]P + psi([x]P) + psi^2([x]P) = psi^3([2x]P) (El Housni,
 * Guillevic, Piellard, eprint 2022/348). One multiplication by 63 bits, where [r]P = 0 takes 254. Why no other point passes:
 * psi^2 - t psi + p = 0 turns the equation into (a + b psi)P = 0, so the order of P divides a^2 + abt + b^2 p as well as
 * the order of the twist, and their greatest common divisor is r; test/unit/lanes/groth16/subgroup.test.ts computes it.
 */
export class SubgroupTest {
  readonly #engine: Engine;
  readonly #twistX: Fp;
  readonly #twistY: Fp;
  readonly #sum: G2;
  readonly #power: G2;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#sum = engine.keepG2();
    this.#power = engine.keepG2();
    const constants = engine.keep(2 * FP2_SIZE);
    this.#twistX = fpAt(constants, 0);
    this.#twistY = fpAt(constants, 2);
    for (const [index, text] of [...TWIST_X, ...TWIST_Y].entries())
      engine.setFp(fpAt(constants, index), text);
  }

  /** z = psi(p): every coordinate conjugated, then x and y multiplied. */
  #psi(z: G2, p: G2): void {
    const { mcl } = this.#engine;
    this.#engine.copy(z, p, G2_SIZE);
    for (let odd = 1; odd < G2_SIZE / FP_SIZE; odd += 2) mcl._mclBnFp_neg(fpAt(z, odd), fpAt(z, odd));
    mcl._mclBnFp2_mul(fpAt(z, 0), fpAt(z, 0), this.#twistX);
    mcl._mclBnFp2_mul(fpAt(z, 2), fpAt(z, 2), this.#twistY);
  }

  /** z = [x]p by doubling and adding: the engine's own multiplication is only right inside the subgroup. */
  #timesX(z: G2, p: G2): void {
    const { mcl } = this.#engine;
    this.#engine.copy(z, p, G2_SIZE);
    for (const bit of X_BITS) {
      mcl._mclBnG2_dbl(z, z);
      if (bit === "1") mcl._mclBnG2_add(z, z, p);
    }
  }

  /** Whether a point of the twist, not at infinity, is in the subgroup. */
  has(p: G2): boolean {
    const { mcl } = this.#engine;
    const [sum, power] = [this.#sum, this.#power];
    this.#timesX(power, p);
    mcl._mclBnG2_add(sum, power, p);
    this.#psi(power, power);
    mcl._mclBnG2_add(sum, sum, power);
    this.#psi(power, power);
    mcl._mclBnG2_add(sum, sum, power);
    this.#psi(power, power);
    mcl._mclBnG2_dbl(power, power);
    return mcl._mclBnG2_isEqual(sum, power) === 1;
  }
}
