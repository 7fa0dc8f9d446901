import { type Static, Type } from "typebox";
import { type CustomerState, customerStates } from "../../flow/job.ts";
import { count, jobInput, millis, object, orNull, words } from "./schemas.ts";

export const jobState = Type.Unsafe<CustomerState>(words(...customerStates));
const jobFacts = {
  job_id: Type.String({ pattern: "^jb_[0-9a-f]{32}$" }),
  client_key: Type.String(),
  lane: Type.String(),
  kind: Type.String(),
  state: jobState,
  attempts: count,
  created_at: millis,
  deadline_at: orNull(millis),
  ended_at: orNull(millis),
  hotkey: orNull(Type.String({ description: "Hotkey of the miner that answered" })),
  verified: orNull(
    Type.Boolean({ description: "Whether the answer was verified; null while there is none" }),
  ),
  code: orNull(Type.String({ description: "Why the job ended without an answer" })),
  token: Type.Optional(
    orNull(
      object(
        { token_id: Type.String(), name: orNull(Type.String()) },
        "For the operator only: the token that put the job in, or null for the operator's own",
      ),
    ),
  ),
};
export const jobSummary = object(jobFacts);
export const jobPage = object({ items: Type.Array(jobSummary), next_after: orNull(Type.String()) });
export const job = object({
  ...jobFacts,
  input: Type.Unsafe<Static<typeof jobInput>>({
    ...jobInput,
    description: "The public inputs; private ones are not shown",
  }),
  answer: Type.Unknown({ description: "The answer, in the form of its lane; null while there is none" }),
});

const tokenFacts = { token_id: Type.String(), name: Type.String(), created_at: millis };
export const token = object({
  ...tokenFacts,
  last_used_at: orNull(millis),
  revoked_at: orNull(millis),
});
export const tokenList = object({ items: Type.Array(token) });
export const newToken = object({
  ...tokenFacts,
  token: Type.String({ description: "The bearer token; it is not shown again" }),
});

const circuitInput = object({
  name: Type.String(),
  is_list: Type.Boolean(),
  count: Type.Integer({ minimum: 1, description: "Field elements" }),
  is_public: Type.Boolean(),
  supplied_by: Type.Unsafe<"validator" | "customer" | "miner">(
    Type.Enum(["validator", "customer", "miner"], {
      description:
        "validator: stands in every job; customer: stands in a customer's jobs; miner: the miner has or chooses it",
    }),
  ),
});
const circuit = object({
  lane: Type.String(),
  id: Type.String({ description: "The kind of work, as jobs state it" }),
  curve: Type.String(),
  protocol: Type.String(),
  public_signals: Type.Integer({
    minimum: 0,
    description: "Outputs and public inputs; the public inputs come last, in the order of `inputs`",
  }),
  inputs: Type.Array(circuitInput),
  benchmark: Type.Boolean({ description: "Whether the validator makes benchmark jobs of it" }),
  verification_key: Type.Unsafe<object>({ type: "object", description: "As snarkjs writes it" }),
  verification_key_sha256: Type.String({
    pattern: "^[0-9a-f]{64}$",
    description: "Of the RFC 8785 canonical JSON of the key",
  }),
});
export const circuits = object({ items: Type.Array(circuit) });
