import { AssayError, causeText } from "../core/errors.ts";

/** A refusal of the validator, passed on with its own words. */
export class RemoteRefusal extends AssayError {
  constructor(code: string, detail: string) {
    super({ code: "failed", message: `${detail} (${code})` });
  }
}

/** Asks a running validator; throws `unreachable` or its refusal. */
export async function ask<T>(
  url: string,
  path: string,
  init: { method?: string; token?: string; body?: unknown } = {},
): Promise<T> {
  let response: Response;
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
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new AssayError({ code: "unreachable", url, cause_text: causeText(cause) });
  }
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  let problem: { code?: string; detail?: string } = {};
  try {
    problem = JSON.parse(text) as typeof problem;
  } catch {
    problem = { detail: text.slice(0, 200) };
  }
  throw new RemoteRefusal(problem.code ?? `http_${response.status}`, problem.detail ?? "refused");
}
