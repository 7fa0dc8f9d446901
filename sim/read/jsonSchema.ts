import { z } from "zod";
import { scenarioSchema } from "./schema.ts";

/** The JSON Schema of a scenario file (what a file may hold, before defaults). */
export function scenarioJsonSchema(): object {
  const schema = z.toJSONSchema(scenarioSchema, { io: "input", unrepresentable: "any" });
  return { ...schema, title: "scenario.yaml" };
}

/** The schema as docs/scenario.schema.json has it. */
export function scenarioJsonSchemaText(): string {
  return `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
}
