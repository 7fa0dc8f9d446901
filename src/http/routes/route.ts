import type { FastifyReply, FastifyRequest } from "fastify";
import type { Static, TObject, TSchema } from "typebox";
import type { ProblemCode } from "../../core/problems/problem.ts";

/** What an answer of one status holds. */
export interface AnswerShape {
  readonly description: string;
  /** `application/json` unless given. */
  readonly mediaType?: string;
  readonly schema?: TSchema;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the OpenAPI document says of a route, beside its schema. */
export interface Operation {
  readonly id: string;
  readonly tag: "operation" | "mining" | "public record" | "administration";
  readonly summary: string;
  readonly description: string;
  /** Who must sign or bear a token; absent for what everybody may read. */
  readonly signedBy?: "miner" | "operator";
  readonly answers: Readonly<Record<number, AnswerShape>>;
  /** Codes of its own, beside those of its signer, its input and every request. */
  readonly problems: readonly ProblemCode[];
}

/** The parts of a request that a route takes: checked before it is served, and described in the OpenAPI document. */
export interface RequestSchema {
  readonly params?: TObject;
  readonly querystring?: TObject;
  readonly body?: TObject;
}

type Part<S> = S extends TSchema ? Static<S> : unknown;

/** A request that its schema has passed. */
type Checked<S extends RequestSchema> = FastifyRequest<{
  Params: Part<S["params"]>;
  Querystring: Part<S["querystring"]>;
  Body: Part<S["body"]>;
}>;

export interface Route<S extends RequestSchema = RequestSchema> {
  readonly method: "GET" | "POST" | "DELETE";
  /** With `:name` for what varies. */
  readonly url: string;
  readonly schema?: S;
  readonly operation: Operation;
  /** Returns the body of the answer; a plain object goes out as JSON, whole. */
  serve(request: Checked<S>, reply: FastifyReply): unknown;
}

/** The route, with the types of its request taken from its schema. */
export function route<S extends RequestSchema>(declared: Route<S>): Route {
  return declared as Route;
}
