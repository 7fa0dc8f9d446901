import { z } from "zod";
import { configSchema } from "../../src/config/schema.ts";

const { lanes, sample, judge, dispatch, verify } = configSchema.shape;
const rules = judge.unwrap().shape;
const sampling = sample.unwrap().shape;
const dispatching = dispatch.unwrap().shape;
const verifying = verify.unwrap().shape;

/** The settings of a validator: keys of the configuration, with its words, bounds and defaults. */
export const settingsSchema = z.strictObject({
  rate: lanes.unwrap().shape.groth16.unwrap().shape.rate.describe("Share of the jobs that is verified"),
  classes: sampling.classes,
  floor: sampling.floor,
  strikes: rules.strikes,
  window_blocks: rules.window_blocks,
  suspension_tempos: rules.suspension_tempos,
  unreachable_tempos: rules.unreachable_tempos,
  cold_start_blocks: rules.cold_start_blocks,
  ceiling: dispatching.ceiling,
  bytes_in_flight: dispatching.bytes_in_flight,
  concurrency: verifying.concurrency.describe("Verification units checked at once; null: twice host.threads"),
  pending_factor: verifying.pending_factor,
});
