import type { FastifyReply, FastifyRequest } from "fastify";
import type { Static, TObject, TSchema } from "typebox";
import type { ProblemCode } from "../../core/problems/problem.ts";
import type { TokenKind } from "../../flow/caller.ts";

/** The answer of one status. */
export interface AnswerShape {
  readonly description: string;
  /** `application/json` unless given. */
  readonly mediaType?: string;
  readonly schema?: TSchema;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The OpenAPI document's facts about a route, besides its schema. */
export interface Operation {
  readonly id: string;
  readonly tag: "operation" | "mining" | "public record" | "jobs" | "administration";
  readonly summary: string;
  readonly description: string;
  /** Set for probes, whose tokens are not those of other public routes. */
  readonly probe?: true;
  /** Who must sign or send a token; absent for public routes. The operator may use what customers may. */
  readonly signedBy?: "miner" | "operator" | "customer";
  readonly answers: Readonly<Record<number, AnswerShape>> & { readonly default?: AnswerShape };
  /** The route's own codes, besides those of its signer, its input and every request. */
  readonly problems: readonly ProblemCode[];
}

/** The tokens that a request of the operation takes one of. */
export function tokenOf({ probe, signedBy }: Operation): TokenKind {
  if (probe) return "probe";
  return signedBy === undefined ? "public" : "signed";
}

/** The parts of a request that a route takes: checked before serving, and described in the OpenAPI document. */
export interface RequestSchema {
  readonly params?: TObject;
  readonly querystring?: TObject;
  readonly body?: TObject;
}

type Part<S> = S extends TSchema ? Static<S> : unknown;

/** A request that passed its schema. */
type Checked<S extends RequestSchema> = FastifyRequest<{
  Params: Part<S["params"]>;
  Querystring: Part<S["querystring"]>;
  Body: Part<S["body"]>;
}>;

export interface Route<S extends RequestSchema = RequestSchema> {
  readonly method: "GET" | "POST" | "DELETE";
  /** With `:name` for parameters. */
  readonly url: string;
  readonly schema?: S;
  readonly operation: Operation;
  /** Returns the body of the answer; a plain object is sent as JSON. */
  serve(request: Checked<S>, reply: FastifyReply): unknown;
}

/** A route whose request has the types of its schema. */
export function route<S extends RequestSchema>(declared: Route<S>): Route {
  return declared as Route;
}
