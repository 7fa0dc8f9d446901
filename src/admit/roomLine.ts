import { AssayError } from "../core/problems/assayError.ts";
import { Fifo, FifoPlace } from "../core/queue/fifo.ts";
import type { Reservation } from "../flow/reservation.ts";
import { retryAfterS } from "./limits.ts";
import type { AdmissionModules } from "./ports.ts";

/** The longest wait, ms. */
export const ROOM_WAIT_MS = 250;

interface Waiter {
  readonly lane: string;
  readonly end: (reservation: Reservation | null) => void;
}

/**
 * Requests that hold a slot and wait for room in verification, first come first served. Refused at once, all of them would be told
 * to wait a second, and verification would soon have nothing to do. As many wait as the gate has slots.
 */
export class RoomLine {
  readonly #backlog: AdmissionModules["backlog"];
  readonly #line = new Fifo<Waiter>();

  constructor(backlog: AdmissionModules["backlog"]) {
    this.#backlog = backlog;
  }

  get length(): number {
    return this.#line.length;
  }

  /** Throws `verify_backlog` when verification is at its bound. */
  require(lane: string): void {
    if (!this.#backlog.hasRoom(lane)) throw refusal();
  }

  /** Throws `verify_backlog` when there was no room in time; the signal's reason on abort. */
  async reserve(lane: string, signal: AbortSignal): Promise<Reservation> {
    const atOnce = this.#line.first === null ? this.#take(lane) : null;
    const reservation = atOnce ?? (await this.#wait(lane, signal));
    if (reservation !== null) return reservation;
    signal.throwIfAborted();
    throw refusal();
  }

  /** Its release serves who waits. */
  #take(lane: string): Reservation | null {
    const reservation = this.#backlog.reserve(lane);
    if (reservation === null) return null;
    return {
      release: () => {
        reservation.release();
        this.#serve();
      },
    };
  }

  #serve(): void {
    for (let next = this.#line.first; next !== null; next = this.#line.first) {
      const reservation = this.#take(next.lane);
      if (reservation === null) return;
      next.end(reservation);
    }
  }

  #wait(lane: string, signal: AbortSignal): Promise<Reservation | null> {
    return new Promise((resolve) => {
      const leave = () => end(null);
      const end = (reservation: Reservation | null) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", leave);
        this.#line.leave(place);
        resolve(reservation);
      };
      const place = new FifoPlace<Waiter>({ lane, end });
      // Room of other processes is given back unseen, so it is looked for once more.
      const timer = setTimeout(() => end(this.#take(lane)), ROOM_WAIT_MS);
      signal.addEventListener("abort", leave, { once: true });
      this.#line.append(place);
    });
  }
}

function refusal(): AssayError {
  return new AssayError({ code: "verify_backlog", retry_after_s: retryAfterS.verify_backlog });
}
