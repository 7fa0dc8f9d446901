import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The JSON Schema of assay.yaml (what a file may hold, before defaults). */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
  return { ...schema, title: "assay.yaml" };
}
