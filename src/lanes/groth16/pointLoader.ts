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
  loadG1(z: G1, [x, y]: G1Text): CurveFault | null {
    this.engine.setFp(fpAt(z, 0), x);
    this.engine.setFp(fpAt(z, 1), y);
    this.engine.setOne(fpAt(z, 2));
    return this.engine.mcl._mclBnG1_isValid(z) === 1 ? null : "proof_point_not_on_curve";
  }

  loadG2(z: G2, coordinates: G2Text): CurveFault | null {
    for (const [index, text] of coordinates.entries()) this.engine.setFp(fpAt(z, index), text);
    this.engine.setOne(fpAt(z, 4));
    this.engine.setFp(fpAt(z, 5), "0");
    if (this.engine.mcl._mclBnG2_isValid(z) !== 1) return "proof_point_not_on_curve";
    return this.#subgroup.has(z) ? null : "proof_point_not_in_subgroup";
  }
}
