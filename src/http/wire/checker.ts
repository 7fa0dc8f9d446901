import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { TLocalizedValidationError } from "typebox/error";
import { AssayError } from "../../core/problems/assayError.ts";

export type Place = "body" | "query" | "path";

/** A name is echoed at most this long. */
const longestName = 80;

function pointer(error: TLocalizedValidationError): string {
  if (error.keyword !== "required") return error.instancePath;
  return `${error.instancePath}/${error.params.requiredProperties[0] ?? ""}`;
}

function expectation(error: TLocalizedValidationError): string {
  if (error.keyword === "required") return "is required";
  if (error.keyword === "boolean") return "is not known here";
  return error.message;
}

function fault(error: TLocalizedValidationError | undefined, place: Place): AssayError {
  const path = (error === undefined ? "" : pointer(error)).slice(0, longestName);
  const named = place === "body" ? path : path.slice(1);
  const expected = error === undefined ? "does not match its schema" : expectation(error);
  return new AssayError({ code: "invalid_request", field: named || place, expected });
}

/** Compiles a schema into a guard that returns the value, or throws `invalid_request` naming its first fault. */
export function checker<S extends TSchema>(schema: S, place: Place): (value: unknown) => Static<S> {
  const validator = Compile(schema as TSchema);
  return (value) => {
    if (validator.Check(value)) return value as Static<S>;
    throw fault(validator.Errors(value)[0], place);
  };
}

const digits = /^\d{1,15}$/;

/** The values of a query or a path, with decimal integers as numbers where the schema wants them. */
export function withIntegers(schema: TSchema, given: unknown): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  const entries = Object.entries(given as Record<string, unknown>).map(([name, value]) => {
    const wanted = Object.hasOwn(properties, name) && properties[name]?.type === "integer";
    return [name, wanted && typeof value === "string" && digits.test(value) ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}

/** Like `checker`, for a query or a path: their values arrive as texts. */
export function textChecker<S extends TSchema>(schema: S, place: "query" | "path") {
  const check = checker(schema, place);
  return (given: unknown): Static<S> => check(withIntegers(schema, given));
}
