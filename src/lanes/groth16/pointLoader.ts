import { type Engine, fpAt, type G1, type G2 } from "./engine.ts";
import type { CurveFault, G1Text, G2Text } from "./points.ts";
import { SubgroupTest } from "./subgroup.ts";

/** Loads points into the engine's memory, and tests that they are in their groups. */
export class PointLoader {
  readonly engine: Engine;
  readonly #subgroup: SubgroupTest;

  constructor(engine: Engine) {
    this.engine = engine;
    this.#subgroup = new SubgroupTest(engine);
  }

  /** The whole curve is the group: its cofactor is 1. */
  loadG1(z: G1, text: G1Text): CurveFault | null {
    const { mcl } = this.engine;
    this.#load(z, text, 1);
    if (text[2] !== "1") mcl._mclBnG1_normalize(z, z);
    return mcl._mclBnG1_isValid(z) === 1 ? null : "proof_point_not_on_curve";
  }

  loadG2(z: G2, text: G2Text): CurveFault | null {
    const { mcl } = this.engine;
    this.#load(z, text, 2);
    if (text[4] !== "1" || text[5] !== "0") mcl._mclBnG2_normalize(z, z);
    if (mcl._mclBnG2_isValid(z) !== 1) return "proof_point_not_on_curve";
    return this.#subgroup.has(z) ? null : "proof_point_not_in_subgroup";
  }

  #load(z: G1 | G2, numbers: readonly string[], halves: 1 | 2): void {
    for (const [index, text] of numbers.entries()) {
      if (index === 2 * halves && text === "1") this.engine.setOne(fpAt(z, index));
      else this.engine.setFp(fpAt(z, index), text);
    }
  }
}
