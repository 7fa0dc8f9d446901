import { fetched } from "../../documents.ts";

/** The part of JSON Schema that the document of the routes uses. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export type Sender = "miner" | "operator" | "customer" | "anybody";

/** One operation of the served OpenAPI document. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** With parameters in braces. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | null;
  readonly sender: Sender;
  /** Every code that it may refuse with. */
  readonly codes: ReadonlySet<string>;
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly "x-problem-codes": readonly string[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

function senderOf({ security }: Described): Sender {
  const named = security.flatMap((one) => Object.keys(one));
  if (named.includes("hotkeySignature")) return "miner";
  if (named.includes("customerToken")) return "customer";
  return named.length === 0 ? "anybody" : "operator";
}

/** Every operation that a validator says it serves. */
export async function operationsOf(url: string): Promise<readonly Operation[]> {
  const { paths } = await fetched<Document>(url, "/openapi.json");
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => ({
      id: described.operationId,
      method: method.toUpperCase(),
      path,
      parameters: (described.parameters ?? []).filter((parameter) => parameter.in !== "header"),
      body: described.requestBody?.content["application/json"]?.schema ?? null,
      sender: senderOf(described),
      codes: new Set(described["x-problem-codes"]),
    })),
  );
}
