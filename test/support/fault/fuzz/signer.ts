import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { systemClock } from "../../../../src/core/clock.ts";
import type { Hotkey } from "../../../../src/core/ids.ts";
import { signedHeaders } from "../../../../src/epistula/sign.ts";
import { type Signing, signingOf } from "../../epistula/signing.ts";
import type { Chance } from "./chance.ts";
import { type Header, type Message, withHeader } from "./message.ts";
import { Known } from "./values.ts";

interface Session {
  readonly id: string;
  readonly key: KeyObject;
  readonly binds: boolean;
}

/** A miner of the fuzzer: a hotkey, a session, and what it has learned from its own answers. */
export class Signer {
  readonly signing: Signing;
  readonly known: Known;
  readonly #validator: string;
  #session: Session | null = null;

  constructor(name: string, validator: string, shared: Known) {
    this.signing = signingOf(name);
    this.#validator = validator;
    this.known = new Known(shared);
  }

  get hotkey(): Hotkey {
    return this.signing.hotkey;
  }

  /** Opens a session and reads what challenges it has. */
  async begin(url: string, chance: Chance): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const key = publicKey.export({ format: "jwk" }).x ?? "";
    const binds = chance.one(0.5);
    const body = JSON.stringify({ ed25519_public_key: key, ...(binds ? { binds: "request" } : {}) });
    const opened = await this.#ask(url, "POST", "/v1/sessions", body, chance);
    this.#session = { id: String(opened.session_id), key: privateKey, binds };
    for (const tier of [1, 2])
      this.known.learnFrom(await this.#ask(url, "GET", `/v1/challenges?tier=${tier}`, "", chance));
  }

  async #ask(url: string, method: string, path: string, body: string, chance: Chance) {
    const headers = {
      ...this.#headers(method, path, body, chance, null),
      "Content-Type": "application/json",
    };
    const response = await fetch(url + path, { method, headers, ...(body === "" ? {} : { body }) });
    if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  /** Signs a request as an honest miner does: mostly by its session. */
  sign(message: Message, chance: Chance): void {
    const session = chance.one(0.7) ? this.#session : null;
    const headers = this.#headers(message.method, message.target, message.body, chance, session);
    for (const [name, value] of Object.entries(headers)) withHeader(message, name, value);
  }

  #headers(
    method: string,
    target: string,
    body: Buffer | string,
    chance: Chance,
    session: Session | null,
  ): Record<string, string> {
    const parts = {
      uuid: chance.uuid(),
      timestamp: String(systemClock.nowMs()),
      signedFor: this.#validator,
    };
    if (session === null) return signedHeaders(this.signing, body, parts);
    const bound = session.binds ? { method, target } : null;
    const signer = { hotkey: this.hotkey, sign: (text: Uint8Array) => sign(null, text, session.key) };
    return signedHeaders(signer, body, parts, { id: session.id, bound });
  }
}

/** Members of the header that a signature needs. */
export const signatureHeaders = [
  ...["Epistula-Version", "Epistula-Timestamp", "Epistula-Uuid", "Epistula-Signed-By"],
  ...["Epistula-Signed-For", "Epistula-Request-Signature", "Assay-Session"],
];

export const bearer = (token: string): Header => ["Authorization", `Bearer ${token}`];
