import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../../support/http/server.ts";

// The recommended rules of redocly's linter that can apply to this document. One warning of them stays by contract: the paths
// /v1/weights/latest and /v1/weights/{epoch} are ambiguous to a reader that does not know that an epoch is a number.

interface Parameter {
  readonly name: string;
  readonly in: string;
}
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Record<string, unknown>[];
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Document {
  readonly info: { readonly license?: { name?: string; identifier?: string; url?: string } };
  readonly servers?: readonly { url: string }[];
  readonly tags?: readonly { name: string; description?: string }[];
  readonly security?: unknown;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Every value of a member in a document, wherever it stands. */
function valuesOf(part: unknown, member: string): unknown[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) => [
    ...(name === member ? [value] : []),
    ...valuesOf(value, member),
  ]);
}

const namesIn = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

test("the OpenAPI document follows redocly's recommended rules", async (t) => {
  const { url } = await serve(t);
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const { license } = document.info;
  assert.ok(license?.name && (license.identifier || license.url), "info-license, info-license-strict");
  assert.ok(document.servers?.length, "no-empty-servers");
  for (const { url: at } of document.servers) {
    assert.ok(at === "/" || !at.endsWith("/"), "no-server-trailing-slash");
    assert.doesNotMatch(at, /example\.com/, "no-server-example.com");
  }
  const ids = operations.map(
    ({ operation }) => operation.operationId ?? assert.fail("operation-operationId"),
  );
  assert.equal(new Set(ids).size, ids.length, "operation-operationId-unique");
  for (const id of ids) assert.match(id, /^[A-Za-z0-9-._~]+$/, "operation-operationId-url-safe");
  const schemes = document.components.securitySchemes ?? {};
  const tags = new Map(document.tags?.map(({ name, description }) => [name, description]));
  for (const { path, method, operation } of operations) {
    const at = `${method} ${path}`;
    const codes = Object.keys(operation.responses);
    assert.ok(operation.summary, `operation-summary: ${at}`);
    assert.ok(
      codes.some((code) => code === "default" || /^2/.test(code)),
      `operation-2xx-response: ${at}`,
    );
    assert.ok(
      codes.some((code) => /^4/.test(code)),
      `operation-4xx-response: ${at}`,
    );
    assert.ok(operation.security, `security-defined: ${at}`);
    for (const name of operation.security.flatMap((one) => Object.keys(one)))
      assert.ok(name in schemes, `security-defined: ${at} ${name}`);
    for (const tag of operation.tags ?? []) assert.ok(tags.get(tag), `tag-description: ${tag}`);
    const parameters = operation.parameters ?? [];
    const places = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    assert.equal(new Set(places).size, places.length, `operation-parameters-unique: ${at}`);
    const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
    assert.deepEqual(inPath.sort(), namesIn(path).sort(), `path-parameters-defined: ${at}`);
    assert.doesNotMatch(path, /\?|.\/$|\/\/|\{\}/, "path-not-include-query, no-path-trailing-slash");
  }
  const shapes = operations.map(({ path, method }) => `${method} ${path.replace(/\{\w+\}/g, "{}")}`);
  assert.equal(new Set(shapes).size, shapes.length, "no-identical-paths");
  const references = new Set(valuesOf(document, "$ref"));
  const [schemas = {}] = [document.components.schemas];
  for (const name of Object.keys(schemas))
    assert.ok(references.has(`#/components/schemas/${name}`), `no-unused-components: ${name}`);
  for (const reference of references)
    assert.ok(String(reference).slice("#/components/schemas/".length) in schemas, "no-unresolved-refs");
  const used = new Set(operations.flatMap(({ operation }) => operation.security ?? []).flatMap(Object.keys));
  assert.deepEqual([...used].sort(), Object.keys(schemes).sort(), "every security scheme is used");
});

test("every required member of a schema is one of its properties (no-required-schema-properties-undefined)", async (t) => {
  const { url } = await serve(t);
  const document: unknown = await (await fetch(`${url}/openapi.json`)).json();
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    const { required, properties } = part as { required?: unknown; properties?: object };
    if (Array.isArray(required) && properties !== undefined)
      for (const name of required) assert.ok(String(name) in properties, `${name}`);
    for (const inner of Object.values(part)) visit(inner);
  };
  visit(document);
});
