import type { SchemeName } from "../src/challenge/scheme.ts";
import type { Status } from "../src/http/handlers.ts";
import type { Keypair } from "../src/keys/keypair.ts";
import { type LoadResult, runLoad } from "./load.ts";
import { hotkeys, presign, type SessionsByHotkey } from "./presign.ts";
import type { BenchOptions } from "./report.ts";
import { type BenchServer, benchSecret } from "./server.ts";

/** More than any phase can send per second on this kind of machine; unused requests only take time to make. */
export const REQUESTS_PER_S_MOST = 5000;

export interface Phase {
  readonly clients: number;
  readonly seconds: number;
  readonly perS: number;
}

/** What the requests are made of. */
export interface LoaderPlan {
  readonly scheme: SchemeName;
  /** In rotation. */
  readonly tiers: readonly number[];
  readonly sessions?: SessionsByHotkey;
  /** How many requests are passed over: those of another loader. */
  readonly from?: number;
}

/** Runs phases of fresh requests against one server. */
export class Loader {
  readonly #server: BenchServer;
  readonly #status: Status;
  readonly #pairs: readonly Keypair[];
  readonly #progress: (line: string) => void;
  readonly #plan: LoaderPlan;
  #sent = 0;

  constructor(
    server: BenchServer,
    status: Status,
    pairs: readonly Keypair[],
    plan: LoaderPlan,
    progress: (line: string) => void,
  ) {
    this.#server = server;
    this.#status = status;
    this.#pairs = pairs;
    this.#plan = plan;
    this.#sent = plan.from ?? 0;
    this.#progress = progress;
  }

  async run(name: string, phase: Phase): Promise<LoadResult> {
    const requests = this.sign(name, Math.ceil(phase.seconds * phase.perS));
    this.#progress(`${name}: ${phase.clients} clients for ${phase.seconds} s`);
    return this.send(requests, phase);
  }

  /** The next requests, none of which was made before. */
  sign(name: string, count: number): Buffer[] {
    const { host, port } = this.#server;
    this.#progress(`${name}: signing ${count} requests`);
    const plan = {
      secret: benchSecret,
      validator: this.#status.validator,
      epoch: this.#status.epoch,
      host: `${host}:${port}`,
      nowMs: Date.now(),
      ...this.#plan,
    };
    const requests = presign(plan, this.#pairs, count, this.#sent);
    this.#sent += Math.ceil(count / this.#pairs.length) * this.#pairs.length;
    return requests;
  }

  send(
    requests: readonly Buffer[],
    { clients, seconds }: { readonly clients: number; readonly seconds: number },
  ): Promise<LoadResult> {
    const { host, port } = this.#server;
    return runLoad({ host, port, clients, seconds, requests, polite: true });
  }
}

export async function loaderFor(
  server: BenchServer,
  options: Pick<BenchOptions, "hotkeys" | "progress">,
  plan: LoaderPlan = { scheme: "sealed", tiers: [1] },
): Promise<Loader> {
  const status = (await (await fetch(`${server.url}/v1/status`)).json()) as Status;
  return new Loader(server, status, await hotkeys(options.hotkeys), plan, options.progress);
}
