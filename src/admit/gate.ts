import type { Clock } from "../core/clock.ts";
import type { Counter, Gauge, Metrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { Fifo, FifoPlace } from "../core/queue/fifo.ts";
import { LevelPlace, Levels } from "../core/queue/levels.ts";
import { retryAfterS } from "./limits.ts";

export interface GateOptions {
  /** Holders at once. */
  readonly slots: number;
  /** The longest wait. */
  readonly waitMs: number;
  /** Requests that may wait; with 0, a request that finds no slot is refused. */
  readonly queue: number;
}

export interface GateStats extends GateOptions {
  readonly held: number;
  readonly waiting: number;
}

/** A held slot. A second release does nothing. */
export interface GateSlot {
  release(): void;
}

/** One key with the slots that it holds and its waiting requests; forgotten when it has none. */
class Tenant {
  readonly key: string;
  held = 0;
  readonly line = new Fifo<Waiter>();
  readonly byHeld = new LevelPlace<Tenant>(this);
  readonly byPlaces = new LevelPlace<Tenant>(this);

  constructor(key: string) {
    this.key = key;
  }
}

interface Waiting {
  readonly tenant: Tenant;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly resolve: (slot: GateSlot) => void;
  readonly reject: (reason: unknown) => void;
}

/** A request that waits, with its places in the line of its key and in that of all. */
class Waiter {
  readonly waiting: Waiting;
  readonly onAbort: () => void;
  readonly ofTenant = new FifoPlace<Waiter>(this);
  readonly ofAll = new FifoPlace<Waiter>(this);

  constructor(waiting: Waiting, aborted: (waiter: Waiter) => void) {
    this.waiting = waiting;
    this.onAbort = () => aborted(this);
  }
}

type Refusal = "queue" | "share" | "wait" | "displaced";

/**
 * The bound on what is admitted at once, fair between keys. A key holds at most a quarter of the slots and an eighth
 * of the queue; a free slot goes to the waiting key that holds least, in turn among equals, first come first served
 * within a key. When the queue is full, a key that waits for less displaces the newest of the key that waits for most.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #clock: Clock;
  readonly #slotShare: number;
  readonly #placeShare: number;
  readonly #tenants = new Map<string, Tenant>();
  /** Waiting tenants below their share of slots, by slots held. */
  readonly #byHeld = new Levels<Tenant>();
  /** Waiting tenants, by their remaining share of the queue: the one with the most waiting requests comes first. */
  readonly #byPlaces = new Levels<Tenant>();
  /** All waiting requests, oldest first: their deadlines have the same order, so one timer serves all. */
  readonly #all = new Fifo<Waiter>();
  readonly #heldGauge: Gauge;
  readonly #waitingGauge: Gauge;
  readonly #refusals: Counter;
  #held = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: GateOptions, modules: { clock: Clock; metrics: Metrics; name: string }) {
    if (!Number.isInteger(options.slots) || options.slots < 1)
      throw new RangeError(`gate: slots ${options.slots}`);
    if (!Number.isInteger(options.queue) || options.queue < 0)
      throw new RangeError(`gate: queue ${options.queue}`);
    if (!(options.waitMs >= 0)) throw new RangeError(`gate: wait ${options.waitMs}`);
    const { metrics, name } = modules;
    this.#options = options;
    this.#clock = modules.clock;
    this.#slotShare = Math.max(1, Math.ceil(options.slots / 4));
    this.#placeShare = Math.ceil(options.queue / 8);
    this.#heldGauge = metrics.gauge(`assay_gate_${name}_held`, "Slots held");
    this.#waitingGauge = metrics.gauge(`assay_gate_${name}_waiting`, "Requests waiting for a slot");
    this.#refusals = metrics.counter(`assay_gate_${name}_refused_total`, "Requests refused a slot", [
      "reason",
    ]);
  }

  stats(): GateStats {
    return { ...this.#options, held: this.#held, waiting: this.#all.length };
  }

  /** Keys that hold or wait for anything. */
  get keys(): number {
    return this.#tenants.size;
  }

  /** Throws `busy` when the queue is full, the key has its share, or the wait times out; the signal's reason on abort. */
  async enter(key: string, signal: AbortSignal): Promise<GateSlot> {
    signal.throwIfAborted();
    const tenant = this.#tenants.get(key) ?? new Tenant(key);
    // A slot is free only while every waiting key has its share, so this overtakes none of them.
    if (this.#held < this.#options.slots && tenant.held < this.#slotShare) {
      const slot = this.#take(tenant);
      this.#report();
      return slot;
    }
    const refusal = this.#makeRoom(tenant);
    if (refusal !== null) throw this.#busy(refusal);
    return new Promise((resolve, reject) => this.#wait(tenant, signal, resolve, reject));
  }

  #take(tenant: Tenant): GateSlot {
    this.#held++;
    tenant.held++;
    this.#settle(tenant);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      this.#held--;
      tenant.held--;
      this.#settle(tenant);
      this.#serve();
      this.#report();
    };
    return { release };
  }

  /** Gives free slots to waiting requests. */
  #serve(): void {
    while (this.#held < this.#options.slots) {
      const waiter = this.#byHeld.first()?.line.first;
      if (!waiter) return;
      this.#remove(waiter);
      const { tenant, resolve } = waiter.waiting;
      resolve(this.#take(tenant));
    }
  }

  /** Null when the tenant may wait. */
  #makeRoom(tenant: Tenant): Refusal | null {
    if (tenant.line.length >= this.#placeShare) return this.#placeShare === 0 ? "queue" : "share";
    if (this.#all.length < this.#options.queue) return null;
    const longest = this.#byPlaces.first();
    // Only if the displaced key then still has at least as many waiting requests as the newcomer.
    if (!longest?.line.last || longest.line.length < tenant.line.length + 2) return "queue";
    this.#refuse(longest.line.last, this.#busy("displaced"));
    return null;
  }

  #wait(tenant: Tenant, signal: AbortSignal, resolve: Waiting["resolve"], reject: Waiting["reject"]): void {
    const deadlineMs = this.#clock.monotonicMs() + this.#options.waitMs;
    const waiter = new Waiter({ tenant, deadlineMs, signal, resolve, reject }, (left) =>
      this.#refuse(left, signal.reason),
    );
    tenant.line.append(waiter.ofTenant);
    this.#all.append(waiter.ofAll);
    signal.addEventListener("abort", waiter.onAbort, { once: true });
    this.#settle(tenant);
    this.#report();
    this.#arm();
  }

  #refuse(waiter: Waiter, reason: unknown): void {
    this.#remove(waiter);
    this.#report();
    waiter.waiting.reject(reason);
  }

  #remove(waiter: Waiter): void {
    const { tenant, signal } = waiter.waiting;
    tenant.line.leave(waiter.ofTenant);
    this.#all.leave(waiter.ofAll);
    signal.removeEventListener("abort", waiter.onAbort);
    this.#settle(tenant);
    if (this.#all.length === 0) this.#disarm();
  }

  /** Moves a tenant to the levels of its numbers; forgets it when they are zero. */
  #settle(tenant: Tenant): void {
    const places = tenant.line.length;
    if (places > 0 && tenant.held < this.#slotShare) this.#byHeld.put(tenant.byHeld, tenant.held);
    else this.#byHeld.remove(tenant.byHeld);
    if (places > 0) this.#byPlaces.put(tenant.byPlaces, this.#placeShare - places);
    else this.#byPlaces.remove(tenant.byPlaces);
    if (places + tenant.held > 0) this.#tenants.set(tenant.key, tenant);
    else this.#tenants.delete(tenant.key);
  }

  #arm(): void {
    const next = this.#all.first;
    if (next === null || this.#timer !== null) return;
    const inMs = Math.max(1, Math.ceil(next.waiting.deadlineMs - this.#clock.monotonicMs()));
    this.#timer = setTimeout(() => this.#expire(), inMs);
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #expire(): void {
    this.#timer = null;
    const nowMs = this.#clock.monotonicMs();
    for (
      let next = this.#all.first;
      next !== null && next.waiting.deadlineMs <= nowMs;
      next = this.#all.first
    ) {
      this.#refuse(next, this.#busy("wait"));
    }
    this.#arm();
  }

  #busy(reason: Refusal): AssayError {
    this.#refusals.add({ reason });
    return new AssayError({ code: "busy", retry_after_s: retryAfterS.busy });
  }

  #report(): void {
    this.#heldGauge.set(this.#held);
    this.#waitingGauge.set(this.#all.length);
  }
}
