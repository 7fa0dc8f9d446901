import { type AddressInfo, Server as TcpServer } from "node:net";
import swagger from "@fastify/swagger";
import { type FastifyInstance, fastify } from "fastify";
import type { Log } from "../core/log.ts";
import type { Metrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Handlers } from "./handlers.ts";
import { makeHttpMeasures } from "./measures.ts";
import { type AnsweringModules, answerError } from "./problem/answering.ts";
import { addRoute, InFlight, installHooks } from "./requests.ts";
import { methodIndex, routesOf } from "./routes/all.ts";
import { openapiOptions } from "./routes/openapi.ts";
import { type AttachedStreams, attachStreams, type PushModules } from "./stream/attach.ts";
import type { StreamOptions } from "./stream/options.ts";
import { takeInput } from "./wire/input.ts";
import { makeListener } from "./wire/listener.ts";

export interface HttpOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly maxBodyBytes: number;
  /** For headers and body together. */
  readonly bodyDeadlineMs: number;
  readonly maxConnections: number;
  /** Addresses and CIDR ranges whose X-Forwarded-For counts. */
  readonly trustedProxies: readonly string[];
  readonly version: string;
  /** Bounds of the streams, where they are not the defaults. */
  readonly streams?: Partial<StreamOptions>;
}

export interface HttpModules {
  readonly handlers: Handlers;
  /** The push lane; absent where no jobs are handed out. */
  readonly streams?: PushModules;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** For `inject`. */
  readonly app: FastifyInstance;
  /** Stops accepting, finishes requests under way, refuses new ones with `shutting_down`, then closes. Once. */
  close(graceMs?: number): Promise<void>;
}

const defaultGraceMs = 10_000;

/** Handlers whose connection was cut have their signal aborted, and this time to end. */
const lastWordMs = 1000;

/** Characters; no id in a path is longer. */
const longestParameter = 512;

function makeApp(options: HttpOptions, metrics: Metrics, answering: AnsweringModules): FastifyInstance {
  const { trustedProxies, maxBodyBytes } = options;
  const app = fastify({
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: maxBodyBytes,
    return503OnClosing: false,
    routerOptions: { maxParamLength: longestParameter },
    serverFactory: (listener) => makeListener(listener, options, metrics, answering.measures.refused),
    frameworkErrors: (error, request, reply) => answerError(error, request, reply, answering),
  });
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, answering));
  takeInput(app);
  return app;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<AddressInfo> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const syscall = error instanceof Error && "syscall" in error ? error.syscall : undefined;
    if (syscall !== "listen" && syscall !== "getaddrinfo") throw error;
    throw new AssayError({ code: "address_in_use", host, port }, { cause: error });
  }
  return app.server.address() as AddressInfo;
}

async function close(
  app: FastifyInstance,
  inFlight: InFlight,
  streams: AttachedStreams | null,
  graceMs: number,
): Promise<void> {
  // Not the HTTP server's own close, which cuts idle connections at once: a request on its way would get no answer.
  TcpServer.prototype.close.call(app.server);
  await Promise.all([inFlight.drain(graceMs), streams?.close(graceMs)]);
  app.server.closeAllConnections();
  await inFlight.drain(Math.min(graceMs, lastWordMs));
  await app.close();
}

function attach(
  app: FastifyInstance,
  inFlight: InFlight,
  options: Partial<StreamOptions> = {},
  { streams, log, metrics }: HttpModules,
): AttachedStreams | null {
  if (streams === undefined) return null;
  return attachStreams(app.server, options, {
    authenticate: (caller) => streams.authenticate(caller),
    lanes: streams.lanes,
    ...(streams.kinds === undefined ? {} : { kinds: streams.kinds }),
    listener: streams.listener,
    clock: streams.clock,
    log,
    metrics,
    route: (request, response) => app.routing(request, response),
    release: (response) => inFlight.leave(response),
  });
}

/** Serves the routes. A host and port that cannot be opened throw `address_in_use`. */
export async function startHttp(options: HttpOptions, modules: HttpModules): Promise<HttpServer> {
  const { handlers, log, metrics } = modules;
  const { host, port, maxBodyBytes, version } = options;
  const inFlight = new InFlight();
  const measures = makeHttpMeasures(metrics);
  const routes = routesOf(
    handlers,
    log,
    () => app.swagger(),
    () => streams,
  );
  const app = makeApp(options, metrics, { log, measures, inFlight, maxBodyBytes });
  const streams = attach(app, inFlight, options.streams, modules);
  installHooks(app, { handlers, measures, inFlight, methodsOf: methodIndex(routes) });
  await app.register(swagger, openapiOptions(version));
  for (const route of routes) addRoute(app, route, inFlight);
  const bound = await listen(app, host, port);
  let closing: Promise<void> | null = null;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound.port}`,
    port: bound.port,
    app,
    close: (graceMs = defaultGraceMs) => {
      closing ??= close(app, inFlight, streams, graceMs);
      return closing;
    },
  };
}
