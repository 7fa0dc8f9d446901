import type { LogChunks } from "../../src/audit/log/run.ts";
import { AssayError, causeText } from "../../src/core/problems/assayError.ts";

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: { readonly signal: AbortSignal }) => Promise<Response>;

/** What a refusal says; its status where it is no problem document. */
async function refusalOf(response: Response): Promise<string> {
  const document: unknown = await response.json().catch(() => null);
  const { code, detail } = Object(document) as { readonly code?: unknown; readonly detail?: unknown };
  return typeof code === "string" ? `${code}: ${String(detail ?? "")}` : `status ${response.status}`;
}

async function fetched(get: Fetch, url: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await get(url, { signal });
  } catch (error) {
    throw new AssayError({ code: "unreachable", url, cause_text: causeText(error) }, { cause: error });
  }
  if (response.ok) return response;
  throw new AssayError({ code: "failed", message: `${url} answered ${await refusalOf(response)}` });
}

/** A JSON document of the validator. Throws `unreachable` and `failed`. */
export async function servedDocument(get: Fetch, url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetched(get, url, signal);
  try {
    return await response.json();
  } catch (error) {
    throw new AssayError({ code: "failed", message: `${url} is not JSON: ${causeText(error)}` });
  }
}

/** The bytes of an answer as they come, counted by `count`. Throws `unreachable` and `failed` before the first. */
export async function servedBytes(
  get: Fetch,
  url: string,
  signal: AbortSignal,
  count: (bytes: number) => void,
): Promise<LogChunks> {
  const { body } = await fetched(get, url, signal);
  if (body === null) throw new AssayError({ code: "failed", message: `${url} answered without a body` });
  return chunksOf(body.getReader(), count);
}

/** Not every browser can iterate a stream. */
async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      count(value.length);
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
