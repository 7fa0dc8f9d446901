import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Validator } from "./validator.ts";

/** A request with the operator's token of the validator's data directory; `body` is sent as JSON. */
export async function operatorAsks<Document>(
  { url, dataDir }: Pick<Validator, "url" | "dataDir">,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<{ status: number; document: Document }> {
  const token = readFileSync(join(dataDir, "keys", "admin.token"), "utf8").trim();
  const response = await fetch(url + path, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, document: (await response.json()) as Document };
}
