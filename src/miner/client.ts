import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import type { BoundRequest } from "../epistula/message.ts";
import { signedHeaders } from "../epistula/sign.ts";
import type { Keypair } from "../keys/keypair.ts";

/** One answer of the validator, whatever its status. */
export interface ValidatorReply {
  readonly status: number;
  /** The problem code of a refusal, else null. */
  readonly code: string | null;
  /** Seconds to wait as told by Retry-After, else null. */
  readonly retryAfterS: number | null;
  readonly text: string;
}

interface Session {
  readonly id: string;
  readonly key: KeyObject;
}

/** Longest wait for one answer; a validator that takes longer is treated as unreachable. */
const REQUEST_TIMEOUT_MS = 15_000;

function problemCode(status: number, text: string): string | null {
  if (status < 400) return null;
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === "string" ? code : `http_${status}`;
  } catch {
    return `http_${status}`;
  }
}

/** A client of one validator for one miner: Epistula version 2, with a session key once one is open. */
export class ValidatorClient {
  readonly url: string;
  readonly keypair: Keypair;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #signal: AbortSignal | undefined;
  #validator: string | null = null;
  #session: Session | null = null;

  constructor(
    options: { url: string; keypair: Keypair; signal?: AbortSignal },
    modules: { clock: Clock; random: Random },
  ) {
    this.url = options.url.replace(/\/+$/, "");
    this.keypair = options.keypair;
    this.#signal = options.signal;
    this.#clock = modules.clock;
    this.#random = modules.random;
  }

  /** Unsigned GET; throws when the validator cannot be reached. */
  get(path: string): Promise<ValidatorReply> {
    return this.#send("GET", path, "", {});
  }

  /** Signed request. `age` shifts the timestamp into the past, ms. */
  async signed(method: "GET" | "POST", path: string, body = "", age = 0): Promise<ValidatorReply> {
    const headers = await this.#headers(body, this.#session, age, { method, target: path });
    const reply = await this.#send(method, path, body, headers);
    if (reply.code === "session_unknown") this.#session = null;
    return reply;
  }

  /** Opens a session: later requests are signed with its key until the validator drops it. */
  async openSession(): Promise<boolean> {
    if (this.#session !== null) return true;
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = publicKey.export({ format: "jwk" }).x ?? "";
    const key = Buffer.from(raw, "base64url").toString("hex");
    const body = JSON.stringify({ ed25519_public_key: key, binds: "request" });
    const reply = await this.#send("POST", "/v1/sessions", body, await this.#headers(body, null, 0));
    if (reply.status !== 201) return false;
    this.#session = { id: (JSON.parse(reply.text) as { session_id: string }).session_id, key: privateKey };
    return true;
  }

  /** Whether requests are signed with the key of a session. */
  get hasSession(): boolean {
    return this.#session !== null;
  }

  /** Drops what a restarted validator may have lost too. */
  reset(): void {
    this.#validator = null;
    this.#session = null;
  }

  /** The headers of a request signed with the hotkey, for requests that this client does not send itself. */
  signedHeaders(body = ""): Promise<Record<string, string>> {
    return this.#headers(body, null, 0);
  }

  /** The hotkey that requests are signed for, from the status. Throws when the validator cannot be reached. */
  async validatorHotkey(): Promise<string> {
    if (this.#validator !== null) return this.#validator;
    const reply = await this.get("/v1/status");
    if (reply.status !== 200) throw new Error(`GET /v1/status answered ${reply.status}`);
    this.#validator = (JSON.parse(reply.text) as { validator: string }).validator;
    return this.#validator;
  }

  async #headers(
    body: string,
    session: Session | null,
    age: number,
    bound: BoundRequest | null = null,
  ): Promise<Record<string, string>> {
    const signedFor = await this.validatorHotkey();
    const timestamp = String(this.#clock.nowMs() - age);
    const parts = { uuid: this.#random.uuid(), timestamp, signedFor };
    if (session === null) return signedHeaders(this.keypair, body, parts);
    const { hotkey } = this.keypair;
    const signer = { hotkey, sign: (message: Uint8Array) => sign(null, message, session.key) };
    return signedHeaders(signer, body, parts, { id: session.id, bound });
  }

  async #send(
    method: string,
    path: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<ValidatorReply> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const response = await fetch(this.url + path, {
      method,
      headers: body === "" ? headers : { ...headers, "Content-Type": "application/json" },
      ...(body === "" ? {} : { body }),
      signal: this.#signal === undefined ? timeout : AbortSignal.any([timeout, this.#signal]),
    });
    const text = await response.text();
    const retryAfter = Number(response.headers.get("retry-after"));
    return {
      status: response.status,
      code: problemCode(response.status, text),
      retryAfterS: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
      text,
    };
  }
}
