import { type AddressInfo, Server as TcpServer } from "node:net";
import swagger from "@fastify/swagger";
import { type FastifyInstance, fastify } from "fastify";
import { type AddressRange, hostOfUrl, isWithinAny, parseForwarded, rangesOf } from "../core/address.ts";
import { systemClock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Metrics } from "../core/metrics.ts";
import { listenFault } from "../core/problems/listening.ts";
import { Cors, isShared } from "./cors.ts";
import { EventHub } from "./events/hub.ts";
import type { Handlers } from "./handlers.ts";
import { makeHttpMeasures } from "./measures.ts";
import type { PageFiles } from "./page/pageFiles.ts";
import { type AnsweringModules, answerError } from "./problem/answering.ts";
import { addRoute, InFlight, installHooks } from "./requests.ts";
import { methodIndex, routesOf } from "./routes/all.ts";
import { openapiOptions } from "./routes/openapi.ts";
import { type AttachedStreams, attachStreams, type PushModules } from "./stream/attach.ts";
import type { StreamOptions } from "./stream/options.ts";
import { Connections, defaultStalledMs } from "./wire/connections.ts";
import { HeldBytes, maxHeldBytes } from "./wire/heldBytes.ts";
import { queryOf, takeInput } from "./wire/input.ts";
import { type ListenerModules, makeListener } from "./wire/listener.ts";

export interface HttpOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly maxBodyBytes: number;
  /** For headers and body together. */
  readonly bodyDeadlineMs: number;
  readonly maxConnections: number;
  /** Refused connections beside them that may wait up to 2 s for their end; none unless given. */
  readonly maxLateEnds?: number;
  /** Connections of one address, IPv6 by /64, other than a trusted proxy's; and streams of one address, also behind a proxy. */
  readonly perAddressConnections: number;
  /** Without traffic, or without anything read of an answer, for this long a connection is cut. */
  readonly stalledMs?: number;
  /** The most bytes that all clients together may make the process hold. */
  readonly heldBytes?: number;
  /** Addresses and CIDR ranges whose X-Forwarded-For counts. */
  readonly trustedProxies: readonly string[];
  readonly version: string;
  /** Origins whose pages may call the shared routes, or "*"; none unless given. */
  readonly corsOrigins?: readonly string[];
  /** Bounds of the streams, where they are not the defaults. */
  readonly streams?: Partial<StreamOptions>;
}

export interface HttpModules {
  readonly handlers: Handlers;
  /** The push lane; absent where no jobs are handed out. */
  readonly streams?: PushModules;
  /** The dashboard; null or absent where it was not built. */
  readonly page?: PageFiles | null;
  /** What streams of events are written; one that nobody publishes at, when left out. */
  readonly events?: EventHub;
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

/** Whether an entry of a forwarding chain, or the socket's address, is that of a trusted proxy. */
const isProxy =
  (ranges: readonly AddressRange[]) =>
  (entry: string): boolean => {
    const address = parseForwarded(entry);
    return address !== null && isWithinAny(address, ranges);
  };

function makeApp(
  options: HttpOptions,
  proxies: readonly AddressRange[],
  modules: ListenerModules,
  answering: AnsweringModules,
): FastifyInstance {
  const app = fastify({
    trustProxy: proxies.length === 0 ? false : isProxy(proxies),
    bodyLimit: options.maxBodyBytes,
    return503OnClosing: false,
    routerOptions: { maxParamLength: longestParameter, querystringParser: queryOf },
    serverFactory: (serve) => makeListener(serve, options, modules),
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
    throw listenFault(error, host, port);
  }
  return app.server.address() as AddressInfo;
}

async function close(
  app: FastifyInstance,
  inFlight: InFlight,
  { streams, events }: { readonly streams: AttachedStreams | null; readonly events: EventHub },
  graceMs: number,
): Promise<void> {
  // Not the HTTP server's own close, which cuts idle connections at once: a request on its way would get no answer.
  TcpServer.prototype.close.call(app.server);
  const drained = inFlight.drain(graceMs);
  events.close();
  await Promise.all([drained, streams?.close(graceMs)]);
  app.server.closeAllConnections();
  await inFlight.drain(Math.min(graceMs, lastWordMs));
  await app.close();
}

function attach(
  app: FastifyInstance,
  inFlight: InFlight,
  options: HttpOptions,
  { streams, log, metrics }: HttpModules,
  { held, connections }: { readonly held: HeldBytes; readonly connections: Connections },
): AttachedStreams | null {
  if (streams === undefined) return null;
  const bounds = { perAddress: options.perAddressConnections, ...options.streams };
  return attachStreams(app.server, bounds, {
    held,
    authenticate: (caller) => streams.authenticate(caller),
    lanes: streams.lanes,
    ...(streams.kinds === undefined ? {} : { kinds: streams.kinds }),
    listener: streams.listener,
    clock: streams.clock,
    log,
    metrics,
    route: (request, response) => app.routing(request, response),
    release: (response) => inFlight.leave(response),
    upgraded: (socket) => connections.release(socket),
  });
}

/** Serves the routes. A host and port that cannot be opened throw `address_in_use` or `address_unusable`. */
export async function startHttp(options: HttpOptions, modules: HttpModules): Promise<HttpServer> {
  const { handlers, log, metrics } = modules;
  const { host, port, maxBodyBytes, perAddressConnections, version } = options;
  const inFlight = new InFlight();
  const measures = makeHttpMeasures(metrics);
  const events = modules.events ?? new EventHub({ streams: 0 }, { clock: systemClock, metrics });
  const routes = routesOf(
    handlers,
    log,
    () => app.swagger(),
    () => streams,
    modules.page ?? null,
    events,
  );
  const proxies = rangesOf(options.trustedProxies);
  const held = new HeldBytes(options.heldBytes ?? maxHeldBytes, metrics);
  const onProblem = measures.refused;
  const bounds = {
    ...{ proxies, perAddressConnections, maxConnections: options.maxConnections },
    ...{ maxLateEnds: options.maxLateEnds ?? 0, stalledMs: options.stalledMs ?? defaultStalledMs },
  };
  const connections = new Connections(bounds, { held, metrics, onProblem });
  const app = makeApp(
    options,
    proxies,
    { connections, onProblem },
    { log, measures, inFlight, maxBodyBytes },
  );
  const streams = attach(app, inFlight, options, modules, { held, connections });
  installHooks(app, {
    ...{ handlers, measures, inFlight, methodsOf: methodIndex(routes) },
    cors: new Cors(options.corsOrigins ?? []),
    sharedMethodsOf: methodIndex(routes.filter(({ operation }) => isShared(operation))),
  });
  await app.register(swagger, openapiOptions(version));
  for (const route of routes) addRoute(app, route, inFlight);
  const bound = await listen(app, host, port);
  let closing: Promise<void> | null = null;
  return {
    url: `http://${hostOfUrl(host)}:${bound.port}`,
    port: bound.port,
    app,
    close: (graceMs = defaultGraceMs) => {
      connections.endRefused();
      closing ??= close(app, inFlight, { streams, events }, graceMs);
      return closing;
    },
  };
}
