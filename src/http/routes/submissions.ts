import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { readAnswer, readPublicKey } from "../wire/answerBytes.ts";
import { callerOf } from "../wire/caller.ts";
import { checker } from "../wire/checker.ts";
import { bodyOf, type Route } from "./route.ts";
import * as schemas from "./schemas.ts";

const strict = { additionalProperties: false } as const;

const sessionBody = Type.Object(
  { ed25519_public_key: Type.String({ description: "32 bytes as base64url or hex" }) },
  strict,
);
const submissionBody = Type.Object(
  {
    challenge_id: Type.String(),
    solution: Type.Optional(Type.String({ description: "DIMACS output: an s line and v lines" })),
    assignment_b64: Type.Optional(
      Type.String({
        description: "A bitset as standard base64: bit i - 1, least significant first, for variable i",
      }),
    ),
    seq: Type.Optional(schemas.u32Integer),
  },
  { ...strict, description: "Exactly one of solution and assignment_b64; seq saves the validator a look-up" },
);
const receiptPath = Type.Object({ id: Type.String({ description: "A receipt id" }) }, strict);

/** Sessions, submissions and their receipts. */
export function submissionRoutes(handlers: Handlers): Route[] {
  return [openSession(handlers), submit(handlers), receipt(handlers)];
}

function openSession(handlers: Handlers): Route {
  const body = checker(sessionBody, "body");
  return {
    method: "POST",
    url: "/v1/sessions",
    operation: {
      id: "openSession",
      tag: "mining",
      summary: "Prove the hotkey once",
      description:
        "Signed with the hotkey. Requests up to expires_at may then be signed with the Ed25519 key and name Assay-Session.",
      signedBy: "miner",
      body: sessionBody,
      answers: { 201: { description: "The session", schema: schemas.session } },
      problems: [],
    },
    serve: async (request, reply) => {
      const { ed25519_public_key: key } = body(bodyOf(request));
      const opened = await handlers.openSession(callerOf(request, reply), {
        ed25519_public_key: readPublicKey(key),
      });
      reply.code(201);
      return opened;
    },
  };
}

function submit(handlers: Handlers): Route {
  const body = checker(submissionBody, "body");
  return {
    method: "POST",
    url: "/v1/submissions",
    operation: {
      id: "submit",
      tag: "mining",
      summary: "Hand in an answer",
      description:
        "A 202 is durable before it is sent. The same answer again gets the same receipt, and pays once.",
      signedBy: "miner",
      body: submissionBody,
      answers: {
        202: {
          description: "Admitted",
          schema: schemas.receipt,
          headers: { Location: "Where the receipt is" },
        },
        200: { description: "Admitted before: the receipt of then", schema: schemas.receipt },
      },
      problems: [
        "malformed_challenge_id",
        "epoch_expired",
        "not_your_challenge",
        "already_solved",
        "already_answered",
        "attempts_exhausted",
        "verify_backlog",
        "chain_unavailable",
      ],
    },
    serve: async (request, reply) => {
      const given = body(bodyOf(request));
      const { challenge_id, seq } = given;
      const asked = { challenge_id, answer: readAnswer(given), ...(seq === undefined ? {} : { seq }) };
      const { receipt, replay } = await handlers.submit(callerOf(request, reply), asked);
      reply.code(replay ? 200 : 202).header("location", `/v1/receipts/${receipt.receipt_id}`);
      return receipt;
    },
  };
}

function receipt(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/receipts/:id",
    operation: {
      id: "receipt",
      tag: "mining",
      summary: "Follow a submission",
      description: "The receipt as it stands now, for its owner.",
      signedBy: "miner",
      path: receiptPath,
      answers: { 200: { description: "The receipt", schema: schemas.receipt } },
      problems: ["receipt_not_found"],
    },
    serve: (request, reply) => {
      const { id } = request.params as { id: string };
      return handlers.receipt(callerOf(request, reply), id);
    },
  };
}
