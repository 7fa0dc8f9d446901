import { Engine, type Mcl } from "./engine.ts";
import { PointLoader } from "./pointLoader.ts";

async function start(): Promise<PointLoader> {
  // The module itself rather than its classes: these lack the shared Miller loop, and copy every value in and out.
  const { default: createModule } = await import("mcl-wasm/dist/mcl_c.js");
  const { BN_SNARK1, MCLBN_COMPILED_TIME_VAR } = await import("mcl-wasm/dist/constants.js");
  // It needs randomness only in functions that are never called: coefficients come from the caller.
  const mcl = (await createModule({ cryptoGetRandomValues: () => {} })) as Mcl;
  if (mcl._mclBn_init(BN_SNARK1, MCLBN_COMPILED_TIME_VAR) !== 0)
    throw new Error("groth16: mcl did not start");
  // `isValid` must only test that a point is on the curve; subgroup.ts tests its order in less time.
  mcl._mclBn_verifyOrderG1(0);
  mcl._mclBn_verifyOrderG2(0);
  return new PointLoader(new Engine(mcl));
}

let started: Promise<PointLoader> | null = null;

/** This thread's engine with its loader of points; made at the first call. */
export function loadPoints(): Promise<PointLoader> {
  started ??= start();
  return started;
}
