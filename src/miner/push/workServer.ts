import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { hostOfUrl } from "../../core/address.ts";
import type { Clock } from "../../core/clock.ts";
import { http } from "../../core/nodeHttp.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { listenFault } from "../../core/problems/listening.ts";
import { Sr25519Verifier } from "../../epistula/sr25519.ts";
import type { JobOrder } from "../../flow/job.ts";
import type { ValidatorClient } from "../client.ts";
import { countRefusal, type MinerTally } from "../tally.ts";
import type { Prover } from "./prover.ts";
import { type Done, Workbench } from "./workbench.ts";
import { Refusal, WorkRequests } from "./workRequest.ts";

export interface WorkServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly lane: string;
  /** Jobs at once. */
  readonly capacity: number;
}

export interface WorkServerModules {
  readonly client: ValidatorClient;
  readonly prover: Prover;
  readonly clock: Clock;
  readonly tally: MinerTally;
  readonly changed: (tally: MinerTally) => void;
}

export interface WorkServer {
  /** `http://HOST:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** Headers and body of a request must be complete by then, ms. */
const REQUEST_MS = 10_000;
/** Connections at once, beside those that work: a validator keeps a few open. */
const SPARE_CONNECTIONS = 64;

/** From the end of the work to that of the connections, ms. */
const CLOSE_MS = 500;

const statusOf: Readonly<Record<string, number>> = {
  busy: 503,
  stopping: 503,
  lane_unknown: 404,
  kind_unknown: 404,
  deadline: 504,
  prover_failed: 500,
};

function send(response: ServerResponse, status: number, body: string): void {
  const retry = status === 503 ? { "retry-after": "1" } : {};
  response.writeHead(status, { "content-type": "application/json", ...retry }).end(body);
}

/** Serves `POST /v1/work` to the validator alone, for miners that are dialled. */
class Works {
  readonly #modules: WorkServerModules;
  readonly #requests: WorkRequests;
  readonly #bench: Workbench;
  /** The waiting requests by job. */
  readonly #asked = new Map<string, (outcome: Done["outcome"]) => void>();

  constructor({ lane, capacity }: WorkServerOptions, modules: WorkServerModules) {
    const { client, prover, clock } = modules;
    this.#modules = modules;
    this.#requests = new WorkRequests(client, { clock, verifier: new Sr25519Verifier() });
    this.#bench = new Workbench(
      // The validator that dials chooses the pace: no job waits here, the validator must come back.
      { lane, capacity, waitingMax: 0 },
      {
        prover,
        clock,
        done: ({ jobId, outcome }) => this.#asked.get(jobId)?.(outcome),
        failed: (cause) => this.#say(`proof failed: ${cause}`),
      },
    );
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.url !== "/v1/work") throw new Refusal(404, "route_not_found");
      if (request.method !== "POST") throw new Refusal(405, "method_not_allowed");
      const order = await this.#requests.read(request);
      const answer = await this.#work(order);
      send(response, 200, `{"job_id":"${order.job_id}","answer":${answer}}`);
      this.#modules.tally.submitted++;
    } catch (error) {
      const { status, code } = error instanceof Refusal ? error : new Refusal(500, "internal");
      if (!request.complete) response.setHeader("connection", "close");
      send(response, status, JSON.stringify({ code }));
      countRefusal(this.#modules.tally, code);
      this.#say(error instanceof Refusal ? `refused: ${code}` : `failed: ${causeText(error)}`);
    }
    this.#modules.changed(this.#modules.tally);
  }

  stop(): void {
    this.#bench.stop();
  }

  /** The JSON of the answer. */
  async #work(order: JobOrder): Promise<string> {
    if (this.#asked.has(order.job_id)) throw new Refusal(409, "already_working");
    const outcome = await new Promise<Done["outcome"]>((resolve) => {
      this.#asked.set(order.job_id, resolve);
      this.#bench.take(order);
    });
    this.#asked.delete(order.job_id);
    if ("code" in outcome) throw new Refusal(statusOf[outcome.code] ?? 500, outcome.code);
    this.#modules.tally.solved++;
    return outcome.answer;
  }

  #say(state: string): void {
    this.#modules.tally.state = state;
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  try {
    await once(server, "listening");
  } catch (error) {
    throw listenFault(error, host, port);
  }
}

/** Throws `address_in_use` or `address_unusable`. */
export async function startWorkServer(
  options: WorkServerOptions,
  modules: WorkServerModules,
): Promise<WorkServer> {
  const works = new Works(options, modules);
  const server = http.createServer((request, response) => void works.answer(request, response));
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  server.maxConnections = options.capacity + SPARE_CONNECTIONS;
  await listen(server, options.host, options.port);
  const { port } = server.address() as AddressInfo;
  let closing: Promise<unknown> | null = null;
  const close = (): Promise<unknown> => {
    works.stop();
    const closed = once(server, "close");
    server.close();
    // The jobs under way have just been given back; a client that is slow to read that is cut off.
    setTimeout(() => server.closeAllConnections(), CLOSE_MS).unref();
    return closed;
  };
  return {
    url: `http://${hostOfUrl(options.host)}:${port}`,
    close: async () => {
      closing ??= close();
      await closing;
    },
  };
}
