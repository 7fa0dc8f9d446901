import { Type } from "typebox";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Answer } from "../../flow/lane.ts";
import type { Handlers } from "../handlers.ts";
import { callerOf } from "../requests.ts";
import { type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";

const strict = { additionalProperties: false } as const;

const sessionBody = Type.Object(
  {
    ed25519_public_key: Type.String({ description: "32 bytes as base64url or hex" }),
    binds: Type.Optional(
      Type.Literal("request", {
        description: "Signatures of the session are over method, path and query too",
      }),
    ),
  },
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
    tier: Type.Optional(schemas.repeatedTier),
    seq: Type.Optional(schemas.u32Integer),
  },
  {
    ...strict,
    description: "Exactly one of solution and assignment_b64. Give seq to save the validator a look-up",
  },
);
const receiptPath = Type.Object({ id: Type.String({ description: "A receipt id" }) }, strict);

/** Sessions, submissions and their receipts. */
export function submissionRoutes(handlers: Handlers): Route[] {
  return [openSession(handlers), submit(handlers), receipt(handlers)];
}

function openSession(handlers: Handlers): Route {
  return route({
    method: "POST",
    url: "/v1/sessions",
    schema: { body: sessionBody },
    operation: {
      id: "openSession",
      tag: "mining",
      summary: "Prove the hotkey once",
      description:
        "Sign this request with the hotkey. Until expires_at, requests may then be signed with the Ed25519 key, with the header Assay-Session; with binds, each for its own method, path and query alone.",
      signedBy: "miner",
      answers: { 201: { description: "The session", schema: schemas.session } },
      problems: [],
    },
    serve: async (request, reply) => {
      const { ed25519_public_key, binds } = request.body;
      const asked = { publicKey: readPublicKey(ed25519_public_key), binds: binds !== undefined };
      const opened = await handlers.openSession(callerOf(request, reply), asked);
      reply.code(201);
      return opened;
    },
  });
}

function submit(handlers: Handlers): Route {
  return route({
    method: "POST",
    url: "/v1/submissions",
    schema: { body: submissionBody },
    operation: {
      id: "submit",
      tag: "mining",
      summary: "Submit an answer",
      description:
        "A 202 is durable before it is sent. The same answer again gets the same receipt, and pays once.",
      signedBy: "miner",
      answers: {
        202: {
          description: "Admitted",
          schema: schemas.receipt,
          headers: { Location: "Path of the receipt" },
        },
        200: { description: "Admitted before: the current receipt", schema: schemas.receipt },
      },
      problems: [
        "malformed_challenge_id",
        "epoch_expired",
        "not_your_challenge",
        "answer_too_large",
        "already_solved",
        "already_answered",
        "attempts_exhausted",
        "verify_backlog",
        "draining",
        "chain_unavailable",
      ],
    },
    serve: async (request, reply) => {
      const { challenge_id, seq, tier: _repeated, ...given } = request.body;
      const asked = { challenge_id, answer: answerOf(given), ...(seq === undefined ? {} : { seq }) };
      const { receipt, replay } = await handlers.submit(callerOf(request, reply), asked);
      reply.code(replay ? 200 : 202).header("location", `/v1/receipts/${receipt.receipt_id}`);
      return receipt;
    },
  });
}

function receipt(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/receipts/:id",
    schema: { params: receiptPath },
    operation: {
      id: "receipt",
      tag: "mining",
      summary: "Follow a submission",
      description: "The current receipt, only for the hotkey that submitted the answer.",
      signedBy: "miner",
      answers: { 200: { description: "The receipt", schema: schemas.receipt } },
      problems: ["receipt_not_found"],
    },
    serve: (request, reply) => handlers.receipt(callerOf(request, reply), request.params.id),
  });
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes of standard base64, padded or not; null for anything else, including set spare bits. */
export function decodeBase64(text: string): Buffer | null {
  if (!base64.test(text)) return null;
  const bytes = Buffer.from(text, "base64");
  const padded = bytes.toString("base64");
  return text === padded || text === padded.replace(/=+$/, "") ? bytes : null;
}

const refuse = (field: string, expected: string): never => {
  throw new AssayError({ code: "invalid_request", field, expected });
};

/** The answer of a submission. Throws `invalid_request` for none, for both, and for invalid base64. */
function answerOf(body: { solution?: string; assignment_b64?: string }): Answer {
  const { solution, assignment_b64: bitset } = body;
  if (solution !== undefined && bitset !== undefined) {
    return refuse("/assignment_b64", "give either solution or assignment_b64, not both");
  }
  if (solution !== undefined) return { encoding: "text", bytes: Buffer.from(solution, "utf8") };
  if (bitset === undefined) return refuse("/solution", "give solution or assignment_b64");
  const bytes = decodeBase64(bitset);
  return bytes === null
    ? refuse("/assignment_b64", "must be standard base64")
    : { encoding: "bitset", bytes: new Uint8Array(bytes) };
}

/** A 32-byte key given as hex (`0x` or not) or base64url, as its bytes. Throws `invalid_request`. */
export function readPublicKey(text: string): Uint8Array {
  const hex = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(text)?.[1];
  if (hex !== undefined) return Buffer.from(hex, "hex");
  const bytes = /^[A-Za-z0-9_-]{43}=?$/.test(text) ? Buffer.from(text, "base64url") : Buffer.alloc(0);
  if (bytes.toString("base64url") === text.replace(/=$/, "") && bytes.length === 32) return bytes;
  return refuse("/ed25519_public_key", "must be 32 bytes as base64url or hex");
}
