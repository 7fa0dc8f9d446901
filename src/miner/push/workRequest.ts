import type { IncomingMessage } from "node:http";
import type { Clock } from "../../core/clock.ts";
import { AssayError, kindOf } from "../../core/problems/assayError.ts";
import { readClaim } from "../../epistula/claim.ts";
import { signedMessage } from "../../epistula/message.ts";
import type { Sr25519Verifier } from "../../epistula/sr25519.ts";
import type { JobOrder } from "../../flow/job.ts";
import type { ValidatorClient } from "../client.ts";
import { orderOf } from "./frames.ts";

/** The refusal of a request: a status from 400, and a code. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
  }
}

/** Of a request's body. */
const BODY_MAX = 1_048_576;
/** As validators allow: 8 s into the past, 2 s ahead. */
const WINDOW = { pastMs: 8000, futureMs: 2000 };

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > BODY_MAX) throw new Refusal(413, "body_too_large");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX) throw new Refusal(413, "body_too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(body: Buffer): JobOrder {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new Refusal(400, "malformed_json");
  }
  const order = orderOf(Object(value));
  if (order === null) throw new Refusal(422, "invalid_request");
  return order;
}

/** Recognises the validator's own requests to one miner. */
export class WorkRequests {
  readonly #client: ValidatorClient;
  readonly #verifier: Sr25519Verifier;
  readonly #clock: Clock;

  constructor(
    client: ValidatorClient,
    modules: { readonly verifier: Sr25519Verifier; readonly clock: Clock },
  ) {
    this.#client = client;
    this.#verifier = modules.verifier;
    this.#clock = modules.clock;
  }

  /** The job of a request that the validator signed for this miner. Throws `Refusal`. */
  async read(request: IncomingMessage): Promise<JobOrder> {
    const claim = this.#claimOf(request);
    if (claim.hotkey !== (await this.#validator())) throw new Refusal(403, "not_the_validator");
    const body = await bodyOf(request);
    const message = signedMessage(body, claim);
    // Sessions are opened by miners at validators, so the validator signs with its hotkey here.
    if (claim.session !== null || !this.#verifier.verify(claim.publicKey, message, claim.signature))
      throw new Refusal(401, "bad_signature");
    return parsed(body);
  }

  #claimOf(request: IncomingMessage) {
    try {
      const rules = { validator: this.#client.keypair.hotkey, ...WINDOW };
      return readClaim(request.headers, rules, this.#clock.nowMs());
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      throw new Refusal(kindOf(error.problem).status ?? 401, error.code);
    }
  }

  async #validator(): Promise<string> {
    try {
      return await this.#client.validatorHotkey();
    } catch {
      throw new Refusal(503, "validator_unreachable");
    }
  }
}
