import { hostname } from "node:os";
import { subnetOf } from "../../config/subnet.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { Heartbeat } from "../../observe/alerts/heartbeat.ts";
import { Outbox } from "../../observe/alerts/outbox.ts";
import { Courier } from "../../observe/alerts/sinks/courier.ts";
import { type AlertSource, testBatch } from "../../observe/alerts/sinks/notice.ts";
import type { Closers } from "../closers.ts";
import type { Parts } from "../parts.ts";
import { allRoles } from "../roles/roles.ts";
import type { StartOptions } from "../startOptions.ts";
import type { Timers } from "../timers.ts";
import type { AlertChange, AlertCounts } from "./book.ts";
import { AlertKeeper } from "./keeper.ts";
import { leaderFacts } from "./leaderFacts.ts";
import { ProcessWatch } from "./processFacts.ts";
import { sinksOf } from "./sinksOf.ts";

/** What became of a test message. */
export interface TestResult {
  readonly sink: string;
  readonly kind: string;
  readonly ok: boolean;
  readonly status: number | null;
  readonly error: string | null;
}

/** The alerts of the validator itself. */
export interface Alerts {
  readonly keeper: AlertKeeper;
  counts(): AlertCounts;
  onChange(listener: (change: AlertChange) => void): () => void;
  /** Sends a test through every sink at once. */
  test(): Promise<TestResult[]>;
  schedule(timers: Timers): void;
}

/** The name that the next start of the same process has too. */
function startName({ name, roles }: Pick<StartOptions, "name" | "roles">): string {
  if (name !== undefined) return name;
  return roles === undefined || roles.size === allRoles.size
    ? hostname()
    : `${hostname()} ${[...roles].join(",")}`;
}

function sourceOf({ config, hotkey, version }: Parts): AlertSource {
  return { validator: hotkey, ...subnetOf(config), version };
}

/** Reads what is configured, and notes this start. Throws `file_unreadable`, `secret_too_short`. */
export async function openAlerts(options: StartOptions, parts: Parts, closers: Closers): Promise<Alerts> {
  const { config, dataDir, random, clock, log, metrics, membership } = parts;
  const settings = config.observe.alerts;
  const { sinks, heartbeatUrl } = sinksOf(config, dataDir, random);
  const source = sourceOf(parts);
  const courier = new Courier();
  closers.add("alerts", () => courier.close());
  const deliveries = metrics.counter(
    "assay_alert_deliveries_total",
    "Messages about alerts, and heartbeats, by who was told and whether that worked",
    ["sink", "result"],
  );
  const { store, leaderStore, isLeader } = membership;
  const save = store.tellAlerts;
  const outboxes = sinks.map(
    (sink) =>
      new Outbox(
        { sink, source, digestMs: settings.digest_s * 1000 },
        { courier, save, clock, random, log, deliveries },
      ),
  );
  closers.add("alert sinks", () => {
    for (const outbox of outboxes) outbox.stop();
  });
  const name = startName(options);
  const watch = new ProcessWatch(name, parts);
  const node = (): number | null => membership.node?.token ?? null;
  const everyMs = settings.evaluate_s * 1000;
  const keeper = new AlertKeeper(
    { evaluations: settings.for, everyMs, isEnabled: (rule) => settings.rules[rule].enabled },
    {
      ...{ store, leaderStore, isLeader, node, outboxes, clock, log, metrics },
      processFacts: (write) => watch.facts(write),
      allFacts: (own) => leaderFacts(own, { ...parts, store, node }),
    },
  );
  await store.noteStart({ name, at: clock.nowMs() });
  await keeper.refresh().catch((error) => log.warn("alerts_unread", { cause: causeText(error) }));
  const heartbeat =
    heartbeatUrl === null
      ? null
      : new Heartbeat(heartbeatUrl, settings.heartbeat.method, {
          ...{ courier, log, deliveries, isWell: () => keeper.isWell() },
        });
  return {
    keeper,
    counts: () => keeper.book.counts(clock.nowMs()),
    onChange: (listener) => keeper.onChange(listener),
    test: () =>
      Promise.all(
        sinks.map(async ({ name: sink, kind, url, format }) => {
          const message = format(testBatch(random.uuid(), clock.nowMs()), source);
          const { ok, status, error } = await courier.send(url, "POST", message);
          deliveries.add({ sink, result: ok ? "delivered" : "failed" });
          return { sink, kind, ok, status, error };
        }),
      ),
    schedule: (timers) => {
      timers.every("alerts", everyMs, () => keeper.tick());
      if (heartbeat !== null)
        timers.every("heartbeat", settings.heartbeat.every_s * 1000, () => heartbeat.beat());
    },
  };
}
