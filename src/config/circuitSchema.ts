import { z } from "zod";

const inputNames = () =>
  z
    .array(z.string().regex(/^[A-Za-z_]\w{0,63}(\[[1-9]\d{0,2}\])?$/, 'must be a name such as "x" or "x[4]"'))
    .max(64);

/** A circuit that jobs ask proofs of. */
export const circuitSchema = z.strictObject({
  id: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_.-]{0,63}$/,
      "must be 1 to 64 of a-z, 0-9, _ . and -, the first a letter or digit",
    )
    .describe("Name of the kind of work, as jobs state it"),
  verification_key: z
    .string()
    .min(1)
    .default("verification_key.json")
    .describe("Verification key, a JSON file that snarkjs exports"),
  public_inputs: inputNames()
    .min(1)
    .describe("Names of the public inputs in the circuit's order; x[4] is a list of four"),
  private_inputs: inputNames().default([]).describe("Names of the private inputs; x[4] is a list of four"),
  supplied_by: z
    .enum(["customer", "miner"])
    .default("customer")
    .describe(
      "Who supplies the private inputs: customers send them with each job, so that benchmark.enabled must be false; or miners have or choose them",
    ),
  benchmark: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe("Whether the validator makes benchmark jobs from random public inputs"),
    })
    .prefault({}),
});
