import { sha256Hex } from "../../core/hash.ts";
import type { Random } from "../../core/random.ts";

/** A log-in on the dashboard holds for a working day. */
export const sessionMs = 12 * 3_600_000;
/** More than the operators of a validator have browsers; beyond it the oldest ends. */
export const sessionsMax = 64;

export interface OperatorSession {
  /** What the browser holds: a secret. */
  readonly id: string;
  /** Unix ms. */
  readonly endsAt: number;
}

/** Who is logged in on the dashboard: in memory only, so a restart ends every session. Ids are kept as hashes. */
export class OperatorSessions {
  /** When each ends, by the hash of its id, the oldest first. */
  readonly #endings = new Map<string, number>();

  get size(): number {
    return this.#endings.size;
  }

  /** Opens a session; says whether an older one ended to make room. */
  open(nowMs: number, random: Random): OperatorSession & { readonly dropped: boolean } {
    this.#forgetEnded(nowMs);
    const [oldest] = this.#endings.keys();
    const dropped = this.#endings.size >= sessionsMax && oldest !== undefined;
    if (dropped) this.#endings.delete(oldest);
    const id = Buffer.from(random.bytes(32)).toString("base64url");
    const endsAt = nowMs + sessionMs;
    this.#endings.set(sha256Hex(id), endsAt);
    return { id, endsAt, dropped };
  }

  /** When a session ends; null where there is none, or it has ended. */
  endOf(id: string, nowMs: number): number | null {
    const key = sha256Hex(id);
    const endsAt = this.#endings.get(key);
    if (endsAt === undefined) return null;
    if (nowMs < endsAt) return endsAt;
    this.#endings.delete(key);
    return null;
  }

  end(id: string): void {
    this.#endings.delete(sha256Hex(id));
  }

  #forgetEnded(nowMs: number): void {
    for (const [key, endsAt] of this.#endings) if (endsAt <= nowMs) this.#endings.delete(key);
  }
}
