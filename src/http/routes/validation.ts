import type { FastifySchemaCompiler } from "fastify";
import type { FastifyValidationResult } from "fastify/types/schema.js";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";

const digits = /^\d{1,15}$/;

/** The names that a schema of texts wants as integers. */
function integersOf(schema: TSchema): ReadonlySet<string> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return new Set(Object.entries(properties).flatMap(([name, { type }]) => (type === "integer" ? name : [])));
}

/** The values of a query or a path, with decimal integers as numbers where the schema wants them. */
function withIntegers(given: unknown, integers: ReadonlySet<string>): Record<string, unknown> {
  const entries = Object.entries(given as Record<string, unknown>).map(([name, value]) => {
    const wanted = integers.has(name) && typeof value === "string" && digits.test(value);
    return [name, wanted ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}

/** The framework's hook for schemas: compiled once for each part of a route, by the library that made the schema. */
export const compileSchema: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const integers = integersOf(schema);
  const check: FastifyValidationResult = (given: unknown) => {
    const value = httpPart === "body" ? given : withIntegers(given, integers);
    if (validator.Check(value)) return { value };
    // Where the framework looks for the faults of what was refused: the first one is told.
    check.errors = validator.Errors(value).slice(0, 1);
    return false;
  };
  return check;
};
