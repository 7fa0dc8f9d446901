import { ed25519PublicKey } from "../core/ed25519.ts";
import type { EpochCalendar } from "../core/epochs.ts";
import type { Hotkey } from "../core/ids.ts";
import { BoundedMap } from "../core/queue/boundedMap.ts";
import type { Random } from "../core/random.ts";
import type { SessionRecord, SessionRecords } from "../flow/sessionRecords.ts";
import { epistulaLimits } from "./limits.ts";
import { type SessionLookup, SessionLookups } from "./sessionLookups.ts";

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

/** What a session proves with. */
export interface SessionKey {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  /** Whether what it signs binds method, path and query. */
  readonly binds: boolean;
}

interface Session extends SessionKey {
  readonly id: string;
  readonly expiresAt: number;
  /** When the store said so. */
  readonly readAt: number;
}

export interface SessionsOptions {
  readonly epochs: EpochCalendar;
  readonly limit?: number;
  /** Whether other processes open sessions in the same store. */
  readonly isShared?: boolean;
}

export interface SessionsModules {
  readonly store: SessionRecords;
  /** Whether the hotkey could have a session at all; of one that could not nothing is looked up. */
  readonly mayHave?: (hotkey: Hotkey) => boolean;
}

/**
 * One live session per hotkey. They are kept in the store, so that they outlive a process and are the same in all; those in use are
 * remembered. In a shared store another process may have replaced one, so it is believed for a few seconds only.
 */
export class Sessions {
  readonly #epochs: EpochCalendar;
  readonly #modules: SessionsModules;
  readonly #believedMs: number;
  readonly #byHotkey: BoundedMap<string, Session>;
  /** Hotkeys of which the store had no session. */
  readonly #without: BoundedMap<string, true>;
  readonly #lookups = new SessionLookups();

  constructor({ epochs, limit, isShared = false }: SessionsOptions, modules: SessionsModules) {
    const { sessions, sessionBelievedMs } = epistulaLimits;
    this.#epochs = epochs;
    this.#modules = modules;
    this.#believedMs = isShared ? sessionBelievedMs.value : Number.POSITIVE_INFINITY;
    this.#byHotkey = new BoundedMap(limit ?? sessions.value);
    this.#without = new BoundedMap(limit ?? sessions.value);
  }

  /** Sessions remembered. */
  get size(): number {
    return this.#byHotkey.size;
  }

  /** Sessions forgotten at the bound; the store has them. */
  get dropped(): number {
    return this.#byHotkey.dropped;
  }

  /**
   * Opens a session for a 32-byte key until the end of the next epoch; it replaces the hotkey's previous one. The same key, binding
   * the same, keeps its session id, so a repeated request ends nothing. Rejects with TypeError when the bytes are not a key.
   */
  async open(hotkey: Hotkey, asked: SessionRequest, nowMs: number, random: Random): Promise<SessionGrant> {
    const { publicKey, binds = false } = asked;
    ed25519PublicKey(publicKey);
    const record = await this.#modules.store.saveSession({
      ...{ sessionId: newId(random), hotkey, publicKey: Buffer.from(publicKey).toString("hex"), binds },
      ...{ openedAt: nowMs, expiresAt: this.#epochs.after(this.#epochs.at(nowMs)).endsAt },
    });
    const { id, expiresAt } = this.#remember(record, nowMs);
    return { session_id: id, hotkey, expires_at: expiresAt, ...(binds ? { binds: "request" } : {}) };
  }

  /**
   * A hotkey's live session; null when the session is another hotkey's, was replaced, or has expired. Rejects with `busy` when too
   * much would have to be looked up, for the hotkey or altogether.
   */
  async find(sessionId: string, hotkey: Hotkey, nowMs: number): Promise<SessionKey | null> {
    const known = this.#live(hotkey, nowMs);
    const isKnown = known?.id === sessionId;
    if (isKnown && this.#believes(known.readAt, nowMs)) return known;
    if (!isKnown && !this.#mayBeNew(hotkey, known)) return null;
    // A known id is no invented one: a request that names it may always ask whether it still stands.
    const session = await this.#read(hotkey, { sessionId, nowMs, isFree: isKnown });
    return session?.id === sessionId ? session : null;
  }

  /** Whether the store may have a session of the hotkey that this process has not read. */
  #mayBeNew(hotkey: Hotkey, known: Session | null): boolean {
    const hasAll = this.#believedMs === Number.POSITIVE_INFINITY;
    if (hasAll && (known !== null || this.#without.get(hotkey) !== undefined)) return false;
    return this.#modules.mayHave?.(hotkey) ?? true;
  }

  #believes(readAt: number, nowMs: number): boolean {
    return Math.abs(nowMs - readAt) < this.#believedMs;
  }

  async #read(hotkey: Hotkey, lookup: SessionLookup): Promise<Session | null> {
    const { nowMs } = lookup;
    const before = this.#byHotkey.peek(hotkey);
    const record = await this.#lookups.run(hotkey, lookup, () => this.#modules.store.session(hotkey));
    // One that was opened here meanwhile is newer than what was read.
    if (this.#byHotkey.peek(hotkey) !== before) return this.#live(hotkey, nowMs);
    if (record !== null && nowMs < record.expiresAt) return this.#remember(record, nowMs);
    this.#byHotkey.delete(hotkey);
    this.#without.set(hotkey, true);
    return null;
  }

  #remember({ hotkey, sessionId, publicKey, binds, expiresAt }: SessionRecord, nowMs: number): Session {
    const key = Buffer.from(publicKey, "hex");
    const session = { id: sessionId, publicKey: key, binds, expiresAt, readAt: nowMs };
    this.#byHotkey.set(hotkey, session);
    this.#without.delete(hotkey);
    return session;
  }

  #live(hotkey: Hotkey, nowMs: number): Session | null {
    const session = this.#byHotkey.get(hotkey);
    if (session === undefined) return null;
    if (nowMs < session.expiresAt) return session;
    this.#byHotkey.delete(hotkey);
    this.#without.set(hotkey, true);
    return null;
  }
}

function newId(random: Random): string {
  return `sn_${Buffer.from(random.bytes(16)).toString("hex")}`;
}
