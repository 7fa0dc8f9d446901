import { verify } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { Pool } from "../flow/pool.ts";
import type { Claim } from "./claim.ts";
import { signedMessage } from "./message.ts";
import type { Sessions } from "./sessions.ts";

/** Which keys may have signed: the hotkey alone, or its session key where the claim names a session. */
export type Signers = "hotkey" | "hotkey_or_session";

/** Turns a claim into a proven one: sr25519 in the worker pool, Ed25519 of a session here. */
export class ClaimVerifier {
  readonly #modules: { clock: Clock; log: Log; pool: Pick<Pool, "run">; sessions: Sessions };

  constructor(modules: { clock: Clock; log: Log; pool: Pick<Pool, "run">; sessions: Sessions }) {
    this.#modules = modules;
  }

  /** Throws `session_unknown`, `bad_signature`, or `internal` when the pool could not tell. */
  async require(claim: Claim, body: Uint8Array, signers: Signers): Promise<void> {
    const message = signedMessage(body, claim);
    const good =
      claim.session !== null && signers === "hotkey_or_session"
        ? this.#bySession(claim, claim.session, message)
        : await this.#byHotkey(claim, message);
    if (!good) throw new AssayError({ code: "bad_signature" });
  }

  #bySession(claim: Claim, session: string, message: Uint8Array): boolean {
    const { clock, sessions } = this.#modules;
    const key = sessions.find(session, claim.hotkey, clock.nowMs());
    if (key === null) throw new AssayError({ code: "session_unknown" });
    return verify(null, message, key, claim.signature);
  }

  async #byHotkey({ publicKey, signature }: Claim, message: Uint8Array): Promise<boolean> {
    const { log, pool } = this.#modules;
    try {
      return await pool.run({ kind: "signature", publicKey, message, signature });
    } catch (thrown) {
      if (thrown instanceof AssayError) throw thrown;
      log.error("signature_unchecked", { cause: causeText(thrown) });
      throw new AssayError({ code: "internal" }, { cause: thrown });
    }
  }
}
