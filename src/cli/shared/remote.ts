import { AssayError, causeText } from "../../core/problems/assayError.ts";

/** A refusal by the validator, with its own code and words. */
export class RemoteRefusal extends Error {
  /** A problem code; a validator of another version may have codes that this one does not know. */
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.name = "RemoteRefusal";
    this.code = code;
  }
}

function parseAnswer<T>(url: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new AssayError({
      code: "unreachable",
      url,
      cause_text: "its answer is not JSON, so it is not a validator",
    });
  }
}

/** Asks a running validator; throws `unreachable` or its refusal, unless its status is one that the caller reads too. */
export async function ask<T>(
  url: string,
  path: string,
  init: { method?: string; token?: string; body?: unknown; readsToo?: number } = {},
): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url.replace(/\/+$/, "") + path, {
      method: init.method ?? "GET",
      headers: {
        ...(init.token === undefined ? {} : { Authorization: `Bearer ${init.token}` }),
        ...(init.body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      signal: AbortSignal.timeout(15_000),
    });
    text = await response.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new AssayError({ code: "unreachable", url, cause_text: causeText(cause) });
  }
  if (response.ok || response.status === init.readsToo) return parseAnswer<T>(url, text);
  let problem: { code?: string; detail?: string } = {};
  try {
    problem = JSON.parse(text) as typeof problem;
  } catch {
    problem = { detail: text.slice(0, 200) };
  }
  throw new RemoteRefusal(
    problem.code ?? `http_${response.status}`,
    problem.detail ?? `${url} refused the request with status ${response.status}`,
  );
}
