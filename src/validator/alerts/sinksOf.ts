import { isAbsolute, join } from "node:path";
import type { AlertSinkConfig } from "../../config/alertsSchema.ts";
import type { Config } from "../../config/schema.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Random } from "../../core/random.ts";
import { loadSecret, newSecretText, writeIfMissing } from "../../keys/files.ts";
import { readText } from "../../keys/readText.ts";
import { alertmanagerFormat, alertsUrl, RESEND_MS } from "../../observe/alerts/sinks/alertmanager.ts";
import type { Sink } from "../../observe/alerts/sinks/sink.ts";
import { slackFormat } from "../../observe/alerts/sinks/slack.ts";
import { webhookFormat } from "../../observe/alerts/sinks/webhook.ts";

/** Finds files of the configuration. */
interface Files {
  readonly at: (path: string) => string;
  readonly random: Random;
}

/** Throws `file_unreadable` for a file without an http or https URL. */
function urlIn(file: string): string {
  const text = readText(file).trim();
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new AssayError({
    ...{ code: "file_unreadable", file, cause_text: "it does not hold an http:// or https:// URL" },
    remedy: "Write the URL alone into the file.",
  });
}

function sinkOf(config: AlertSinkConfig, { at, random }: Files): Sink {
  const { kind, name = kind, url = "", url_file } = config;
  const base = { name, kind, url: url_file === undefined ? url : urlIn(at(url_file)), resendMs: null };
  switch (config.kind) {
    case "webhook": {
      const file = at(config.secret_file);
      writeIfMissing(file, () => `${newSecretText(random)}\n`);
      return { ...base, format: webhookFormat(loadSecret(file)) };
    }
    case "alertmanager": {
      const { token_file } = config;
      const token = token_file === undefined ? null : readText(at(token_file)).trim();
      const format = alertmanagerFormat(token);
      return { ...base, url: alertsUrl(base.url), format, resendMs: RESEND_MS };
    }
    case "slack":
      return { ...base, format: slackFormat };
  }
}

/** What the configuration says of who is told, with its files read. Throws `file_unreadable`, `secret_too_short`. */
export function sinksOf(
  { observe: { alerts } }: Config,
  dataDir: string,
  random: Random,
): { readonly sinks: readonly Sink[]; readonly heartbeatUrl: string | null } {
  const at = (path: string): string => (isAbsolute(path) ? path : join(dataDir, path));
  const { url, url_file } = alerts.heartbeat;
  return {
    sinks: alerts.sinks.map((sink) => sinkOf(sink, { at, random })),
    heartbeatUrl: url_file === null ? url : urlIn(at(url_file)),
  };
}
