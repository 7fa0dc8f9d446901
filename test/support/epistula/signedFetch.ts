import { systemClock } from "../../../src/core/clock.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { epistulaHeaders } from "./signing.ts";

/** A request signed by a development key, whose whole answer is wanted; `validator` is the hotkey it is signed for. */
export interface SignedRequest {
  readonly url: string;
  readonly validator: string;
  readonly uri: string;
  /** JSON text; a POST when there is one, else a GET. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function signedHeaders(
  uri: string,
  validator: string,
  body = "",
): Promise<Record<string, string>> {
  const { hotkey, sign } = await keypairOfUri(uri);
  const timestamp = String(systemClock.nowMs());
  const signedFor = validator;
  return epistulaHeaders({
    hotkey,
    body: Buffer.from(body),
    signedFor,
    timestamp,
    uuid: systemRandom.uuid(),
    sign,
  });
}

export async function signedFetch({ url, validator, uri, body, headers }: SignedRequest): Promise<Response> {
  const signed = await signedHeaders(uri, validator, body);
  if (body === undefined) return fetch(url, { headers: { ...signed, ...headers } });
  const sent = { ...signed, "Content-Type": "application/json", ...headers };
  return fetch(url, { method: "POST", body, headers: sent });
}
