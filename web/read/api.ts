import { ApiProblem, problemOf, unreachable } from "./problem.ts";
import type { Resource } from "./resources.ts";

/** A request that is not answered within this time counts as unreachable. */
const patienceMs = 20_000;

/** Every URL is relative to the page, so that it works behind a path prefix. */
export const urlOf = (path: string): URL => new URL(path, document.baseURI);

async function answerTo(path: string, init: RequestInit): Promise<Response> {
  const patience = AbortSignal.timeout(patienceMs);
  const signal = init.signal ? AbortSignal.any([init.signal, patience]) : patience;
  try {
    return await fetch(urlOf(path), { ...init, signal });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiProblem(unreachable);
  }
}

let onUnauthorized: () => void = () => undefined;

/** Calls back when a route of the operator refuses who asks: the session has ended. */
export function whenUnauthorized(callback: () => void): void {
  onUnauthorized = callback;
}

async function refused(answer: Response): Promise<ApiProblem> {
  const document: unknown = await answer.json().catch(() => null);
  if (answer.status === 401) onUnauthorized();
  return new ApiProblem(problemOf(answer.status, document, answer.headers.get("retry-after")));
}

/** Reads a document. Throws `ApiProblem`, or what the signal was aborted with. */
export async function read<T>(resource: Resource<T>, signal?: AbortSignal): Promise<T> {
  const answer = await answerTo(resource.path, signal === undefined ? {} : { signal });
  if (!answer.ok) throw await refused(answer);
  return (await answer.json()) as T;
}

/** The raw answer of a route, for texts and downloads. Throws `ApiProblem`. */
export async function readRaw(path: string, signal?: AbortSignal): Promise<Response> {
  const answer = await answerTo(path, signal === undefined ? {} : { signal });
  if (!answer.ok) throw await refused(answer);
  return answer;
}

/** Sends a request that changes something. Throws `ApiProblem`. Returns null where the answer has no body. */
export async function send<T = unknown>(
  method: "POST" | "DELETE",
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<T | null> {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const answer = await answerTo(path, {
    method,
    headers: { "assay-requested-with": "dashboard", ...json, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw await refused(answer);
  return answer.status === 204 ? null : ((await answer.json()) as T);
}
