import { isUtf8 } from "node:buffer";
import { parse as parseQuery } from "node:querystring";
import type { FastifyInstance, FastifySchemaCompiler } from "fastify";
import type { FastifyValidationResult } from "fastify/types/schema.js";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { AssayError } from "../../core/problems/assayError.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The body as it arrived, of a route that takes one: a signature is over these bytes. */
    rawBody: Buffer | null;
  }
}

/** No request body has more than one level; this leaves room and keeps a recursive parser's stack small. */
export const maxDepth = 16;

/** The longest body has four members; the inputs of a job are members of the second level. */
export const maxMembers = { outermost: 32, altogether: 1024 };

/** A query has at most four parameters: one with as many as this is refused whatever the rest of it says. */
const maxParameters = 32;

/** In a value with more parts than this the fault is not looked for: looking visits every part. */
const maxPartsSearched = 2048;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The index of the quote that ends the string opened at `open`; -1 when it never ends. */
function endOfString(bytes: Buffer, open: number): number {
  let end = bytes.indexOf(QUOTE, open + 1);
  while (end !== -1) {
    let escapes = 0;
    while (bytes[end - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
    end = bytes.indexOf(QUOTE, end + 1);
  }
  return -1;
}

/** Depth and size of a JSON text, found without parsing it. */
export interface JsonShape {
  /** Deepest nesting of arrays and objects; stops counting one past the limit. */
  readonly depth: number;
  /** Colons directly inside the outermost value: its members, if it is an object. */
  readonly members: number;
  /** Colons anywhere: the members of all objects; stops counting one past the limit. */
  readonly allMembers: number;
}

/** Walks the bytes once, outside strings, without recursion. */
export function jsonShape(bytes: Buffer): JsonShape {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let allMembers = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      const end = endOfString(bytes, i);
      if (end === -1) break;
      i = end;
    } else if (byte === 0x7b || byte === 0x5b) {
      deepest = Math.max(deepest, ++depth);
      if (deepest > maxDepth) break;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
    else if (byte === 0x3a) {
      if (depth === 1) members++;
      if (++allMembers > maxMembers.altogether || members > maxMembers.outermost) break;
    }
  }
  return { depth: deepest, members, allMembers };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AssayError({ code: "malformed_json" }, { cause: error });
  }
}

/** True when a name occurs twice, `__proto__` occurs, or a text is not Unicode: parsers disagree about these. */
function isAmbiguous(value: object, members: number): boolean {
  if (Object.keys(value).length !== members || Object.hasOwn(value, "__proto__")) return true;
  return Object.entries(value).some(
    ([name, member]) => !name.isWellFormed() || (typeof member === "string" && !member.isWellFormed()),
  );
}

/** The JSON value of a body. Throws `malformed_json`, `json_too_deep` or `too_many_members`. */
export function readJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new AssayError({ code: "malformed_json" });
  const { depth, members, allMembers } = jsonShape(bytes);
  if (depth > maxDepth) throw new AssayError({ code: "json_too_deep", limit: maxDepth });
  if (members > maxMembers.outermost)
    throw new AssayError({ code: "too_many_members", limit: maxMembers.outermost });
  if (allMembers > maxMembers.altogether)
    throw new AssayError({ code: "too_many_members", limit: maxMembers.altogether });
  const value = parse(bytes.toString("utf8"));
  if (typeof value === "object" && value !== null && !Array.isArray(value) && isAmbiguous(value, members)) {
    throw new AssayError({ code: "malformed_json" });
  }
  return value;
}

const digits = /^\d{1,15}$/;

/** The names whose values a schema declares as integers. */
function integersOf(schema: TSchema): ReadonlySet<string> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return new Set(Object.entries(properties).flatMap(([name, { type }]) => (type === "integer" ? name : [])));
}

/** The values of a query or a path, with decimal integers converted to numbers where the schema declares integers. */
function withIntegers(given: unknown, integers: ReadonlySet<string>): Record<string, unknown> {
  const entries = Object.entries(given as Record<string, unknown>).map(([name, value]) => {
    const wanted = integers.has(name) && typeof value === "string" && digits.test(value);
    return [name, wanted ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}

/** Whether a value has more parts than this; stops counting there. */
function isLarge(value: unknown, most: number): boolean {
  let left = most;
  const visit = (part: unknown): boolean => {
    if (--left < 0) return true;
    return typeof part === "object" && part !== null && Object.values(part).some(visit);
  };
  return visit(value);
}

/** The parameters of a query, up to the number that a route could take. */
export function queryOf(text: string): Record<string, unknown> {
  return parseQuery(text, "&", "=", { maxKeys: maxParameters });
}

/** Schemas are compiled once for each part of a route, by the library that made them. */
const compileSchema: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const integers = integersOf(schema);
  const check: FastifyValidationResult = (given: unknown) => {
    const value = httpPart === "body" ? given : withIntegers(given, integers);
    if (validator.Check(value)) return { value };
    // The framework reads the faults of a refused value here; the answer names the first one.
    check.errors = isLarge(value, maxPartsSearched) ? [] : validator.Errors(value).slice(0, 1);
    return false;
  };
  return check;
};

/** JSON is UTF-8 (RFC 8259 section 8.1); a request that claims another charset is refused before its body is read. */
const mediaType = /^application\/json(?:$|;(?!.*charset=(?!"?utf-8\b)))/i;

/** Accepts only JSON bodies, kept both parsed and as bytes, and checks every part of a request by its route's schema. */
export function takeInput(app: FastifyInstance): void {
  app.setValidatorCompiler(compileSchema);
  app.decorateRequest("rawBody", null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(mediaType, { parseAs: "buffer" }, (request, bytes, done) => {
    // A body that no schema describes is read to its end and ignored.
    if (request.routeOptions.schema?.body === undefined) return done(null);
    request.rawBody = bytes;
    done(null, readJson(bytes));
  });
}
