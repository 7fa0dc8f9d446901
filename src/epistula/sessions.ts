import type { KeyObject } from "node:crypto";
import { ed25519PublicKey } from "../core/ed25519.ts";
import type { EpochCalendar } from "../core/epochs.ts";
import type { Hotkey } from "../core/ids.ts";
import { BoundedMap } from "../core/queue/boundedMap.ts";
import type { Random } from "../core/random.ts";
import { epistulaLimits } from "./limits.ts";

/** A newly opened session; `expires_at` is Unix time in milliseconds. */
export interface SessionGrant {
  readonly session_id: string;
  readonly hotkey: string;
  readonly expires_at: number;
  /** Present when method, path and query are part of what the session signs. */
  readonly binds?: "request";
}

export interface SessionRequest {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  readonly binds?: boolean;
}

interface Session {
  readonly id: string;
  readonly raw: Buffer;
  readonly key: KeyObject;
  /** Whether what it signs binds method, path and query. */
  readonly binds: boolean;
  readonly expiresAt: number;
}

/** One live session per hotkey, in memory: a restart ends them all, and miners open new ones. */
export class Sessions {
  readonly #epochs: EpochCalendar;
  readonly #byHotkey: BoundedMap<string, Session>;

  constructor(options: { epochs: EpochCalendar; limit?: number }) {
    this.#epochs = options.epochs;
    this.#byHotkey = new BoundedMap(options.limit ?? epistulaLimits.sessions.value);
  }

  get size(): number {
    return this.#byHotkey.size;
  }

  /** Sessions dropped at the bound. */
  get dropped(): number {
    return this.#byHotkey.dropped;
  }

  /**
   * Opens a session for a 32-byte key until the end of the next epoch; it replaces the hotkey's previous one. The same key, binding
   * the same, keeps its session id, so a repeated request ends nothing. Throws TypeError when the bytes are not a key.
   */
  open(hotkey: Hotkey, asked: SessionRequest, nowMs: number, random: Random): SessionGrant {
    const { publicKey, binds = false } = asked;
    const current = this.#live(hotkey, nowMs);
    const isSame = current?.raw.equals(publicKey) === true && current.binds === binds;
    const id = isSame ? current.id : newId(random);
    const expiresAt = this.#epochs.after(this.#epochs.at(nowMs)).endsAt;
    this.#byHotkey.set(hotkey, {
      id,
      raw: Buffer.from(publicKey),
      key: ed25519PublicKey(publicKey),
      binds,
      expiresAt,
    });
    return { session_id: id, hotkey, expires_at: expiresAt, ...(binds ? { binds: "request" } : {}) };
  }

  /** A hotkey's live session; null when the session is another hotkey's, was replaced, or has expired. */
  find(sessionId: string, hotkey: Hotkey, nowMs: number): Pick<Session, "key" | "binds"> | null {
    const session = this.#live(hotkey, nowMs);
    return session?.id === sessionId ? session : null;
  }

  #live(hotkey: Hotkey, nowMs: number): Session | null {
    const session = this.#byHotkey.get(hotkey);
    if (session === undefined) return null;
    if (nowMs < session.expiresAt) return session;
    this.#byHotkey.delete(hotkey);
    return null;
  }
}

function newId(random: Random): string {
  return `sn_${Buffer.from(random.bytes(16)).toString("hex")}`;
}
