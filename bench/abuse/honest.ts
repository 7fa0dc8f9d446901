import { RawClient } from "../rawClient.ts";

/** What honest miners saw while it lasted. */
export interface HonestResult {
  /** From the moment at which a submission was due to its receipt. */
  readonly latenciesMs: readonly number[];
  /** Answers by status, `lost` for a connection that ended without one. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface HonestPlan {
  readonly host: string;
  readonly port: number;
  readonly perS: number;
  readonly seconds: number;
  readonly requests: readonly Buffer[];
}

/** Addresses of honest miners; no attack uses them. */
const localAddress = (client: number): string => `127.0.1.${1 + (client % 250)}`;
/** Far more than the rate needs while answers take less than a second. */
const CONNECTIONS_MAX = 512;
const TICK_MS = 2;

/** Sends submissions at a fixed rate, whatever the answers take, as a whole subnet does. */
class Load {
  readonly #plan: HonestPlan;
  readonly #idle: RawClient[] = [];
  readonly #latenciesMs: number[] = [];
  readonly #refused: Record<string, number> = {};
  #opened = 0;
  #open = 0;
  #sent = 0;

  constructor(plan: HonestPlan) {
    this.#plan = plan;
  }

  async run(): Promise<HonestResult> {
    const { perS, seconds, requests } = this.#plan;
    const count = Math.min(requests.length, perS * seconds);
    const begun = performance.now();
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(count, ((performance.now() - begun) * perS) / 1000);
        while (this.#sent < due && this.#sendNext(begun));
        if (this.#sent < count || this.#open > 0) return;
        clearInterval(timer);
        resolve();
      }, TICK_MS);
    });
    for (const client of this.#idle) client.close();
    return { latenciesMs: this.#latenciesMs, refused: this.#refused };
  }

  /** False when every connection is busy: the submission waits, and its wait counts. */
  #sendNext(begun: number): boolean {
    const request = this.#plan.requests[this.#sent];
    if (request === undefined || this.#open >= CONNECTIONS_MAX) return false;
    const dueAt = begun + (this.#sent * 1000) / this.#plan.perS;
    this.#sent++;
    void this.#send(request, dueAt);
    return true;
  }

  async #send(request: Buffer, dueAt: number): Promise<void> {
    this.#open++;
    const { host, port } = this.#plan;
    const client =
      this.#idle.pop() ?? new RawClient({ host, port, localAddress: localAddress(this.#opened++) });
    try {
      const { status } = await client.send(request);
      if (status === 202) this.#latenciesMs.push(performance.now() - dueAt);
      else this.#refused[status] = (this.#refused[status] ?? 0) + 1;
      this.#idle.push(client);
    } catch {
      this.#refused.lost = (this.#refused.lost ?? 0) + 1;
      client.close();
    } finally {
      this.#open--;
    }
  }
}

export function runHonest(plan: HonestPlan): Promise<HonestResult> {
  return new Load(plan).run();
}
