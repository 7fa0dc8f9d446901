import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The JSON Schema of assay.yaml (what a file may hold, before defaults). */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
  return { ...schema, title: "assay.yaml" };
}

/** The schema as docs/assay.schema.json has it. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
