import { type AlertSource, type Batch, type Format, type Notice, runbookOf } from "./notice.ts";

/** How often what fires is sent again; Prometheus does so every minute. */
export const RESEND_MS = 60_000;
/** What is not sent again for this long is over for Alertmanager: four times the interval, as Prometheus has it. */
const VALID_MS = 4 * RESEND_MS;

const time = (ms: number): string => new Date(ms).toISOString();

function alertOf(notice: Notice, at: number, { validator, network, netuid }: AlertSource) {
  const { rule, severity, text, state, firedAt, resolvedAt } = notice;
  const endsAt = state === "firing" ? at + VALID_MS : (resolvedAt ?? at);
  return {
    // What tells alerts apart: nothing in it changes while an alert lasts.
    labels: { alertname: rule, severity, job: "assay", validator, network, netuid: `${netuid}` },
    annotations: { summary: text, runbook: runbookOf(rule) },
    ...{ startsAt: time(firedAt), endsAt: time(endsAt) },
  };
}

/** Everything that fires, and what was resolved since: `POST /api/v2/alerts`. */
export function alertmanagerFormat(token: string | null): Format {
  return (batch: Batch, source) => {
    const { changes, firing, at } = batch;
    const ended = changes.filter(({ state }) => state === "resolved");
    return {
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify([...firing, ...ended].map((notice) => alertOf(notice, at, source))),
    };
  };
}

/** The path that takes alerts, below the address that Alertmanager is reached at. */
export function alertsUrl(base: string): string {
  const url = new URL(base);
  if (!url.pathname.endsWith("/api/v2/alerts"))
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v2/alerts`;
  return url.href;
}
