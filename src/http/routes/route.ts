import type { FastifyReply, FastifyRequest } from "fastify";
import type { TObject, TSchema } from "typebox";
import { AssayError } from "../../core/problems/assayError.ts";
import type { ProblemCode } from "../../core/problems/problem.ts";
import { parseHotkey } from "../../core/ss58.ts";
import { readJson } from "../wire/jsonBody.ts";

/** What an answer of one status holds. */
export interface AnswerShape {
  readonly description: string;
  /** `application/json` unless given. */
  readonly mediaType?: string;
  readonly schema?: TSchema;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the OpenAPI document says of a route; the same schemas check what comes in. */
export interface Operation {
  readonly id: string;
  readonly tag: "operation" | "mining" | "public record" | "administration";
  readonly summary: string;
  readonly description: string;
  /** Who must sign or bear a token; absent for what everybody may read. */
  readonly signedBy?: "miner" | "operator";
  readonly path?: TObject;
  readonly query?: TObject;
  readonly body?: TObject;
  readonly answers: Readonly<Record<number, AnswerShape>>;
  /** Codes of its own, beside those of its signer, its input and every request. */
  readonly problems: readonly ProblemCode[];
}

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** With `:name` for what varies. */
  readonly url: string;
  readonly operation: Operation;
  /** Returns the body of the answer; a plain object goes out as JSON, whole. */
  readonly serve: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

/** The JSON of a request's body. Throws `unsupported_media_type`, `malformed_json` or `json_too_deep`. */
export function bodyOf(request: FastifyRequest): unknown {
  if (!Buffer.isBuffer(request.body)) throw unsupported(request);
  return readJson(request.body);
}

export function unsupported(request: FastifyRequest): AssayError {
  const given = request.headers["content-type"] ?? "";
  return new AssayError({ code: "unsupported_media_type", content_type: given.slice(0, 100) });
}

/** The text itself when its checksum holds. Throws `invalid_request`. */
export function checkedHotkey(text: string, field: string): string {
  const hotkey = parseHotkey(text);
  if (hotkey !== null) return hotkey;
  throw new AssayError({
    code: "invalid_request",
    field,
    expected: "must be a hotkey in ss58 text, prefix 42",
  });
}
