import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Connection } from "./connection.ts";
import type { Connector } from "./connector.ts";

/** At a start there is nobody to tell that the store is away for a moment. */
export async function opened(connector: Connector, shown: string): Promise<Connection> {
  try {
    return await connector.open();
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "store_unavailable") throw error;
    const problem = { code: "store_unreachable", file: shown, cause_text: causeText(error.cause) } as const;
    throw new AssayError(problem, { cause: error });
  }
}
