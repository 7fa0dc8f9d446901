import { z } from "zod";
import { type AlertRule, alertRules } from "../core/alert.ts";

const isHttp = (text: string): boolean =>
  URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);

const httpUrl = z.string().refine(isHttp, "must be an http:// or https:// URL");
const file = z.string().min(1);

/** Chat services put the secret into the URL, so that it may stand in a file of its own. */
const place = {
  url: httpUrl.optional().describe("Where to post"),
  url_file: file
    .optional()
    .describe("File that holds the URL, instead of url: chat services put a secret into it"),
};

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, "must be a word of lower-case letters, digits, - and _")
  .optional()
  .describe("What metrics and the log call it; the kind, when left out");

const oneUrl = ({ url, url_file }: { url?: string | undefined; url_file?: string | undefined }): boolean =>
  (url === undefined) !== (url_file === undefined);
const needsUrl = { error: "must have url or url_file, and not both" };

const webhook = z
  .strictObject({
    ...{ kind: z.literal("webhook"), name, ...place },
    secret_file: file
      .default("keys/alerts.secret")
      .describe("Secret that signs what is posted (HMAC-SHA256); made when it is missing"),
  })
  .refine(oneUrl, needsUrl);

const alertmanager = z
  .strictObject({
    ...{ kind: z.literal("alertmanager"), name, ...place },
    token_file: file.optional().describe("File with a bearer token to send"),
  })
  .refine(oneUrl, needsUrl);

const slack = z.strictObject({ kind: z.literal("slack"), name, ...place }).refine(oneUrl, needsUrl);

const sink = z.discriminatedUnion("kind", [webhook, alertmanager, slack], {
  error: (issue) => (issue.code === "invalid_union" ? "must be webhook, alertmanager or slack" : undefined),
});

export type AlertSinkConfig = z.infer<typeof sink>;

const isEnabled = z.strictObject({
  enabled: z.boolean().default(true),
});
const rules = z.strictObject(
  Object.fromEntries(alertRules.map((rule) => [rule, isEnabled.prefault({})])) as Record<
    AlertRule,
    z.ZodPrefault<typeof isEnabled>
  >,
);

const heartbeat = z.strictObject({
  url: httpUrl
    .nullable()
    .default(null)
    .describe("URL that is asked regularly while alerts are evaluated and the store answers; null: none"),
  url_file: file.nullable().default(null).describe("File that holds the URL, instead of url"),
  method: z.enum(["GET", "POST"]).default("GET").describe("How it is asked"),
  every_s: z.number().min(0.1).max(86_400).default(60).describe("Seconds from one request to the next"),
});

const namesOf = (sinks: readonly AlertSinkConfig[]): string[] => sinks.map((one) => one.name ?? one.kind);

/** Alerts of the validator itself. Limits that decide elsewhere stand where they decide. */
export const alertsSchema = z
  .strictObject({
    evaluate_s: z.number().min(0.1).max(3600).default(15).describe("Seconds from one evaluation to the next"),
    for: z
      .int()
      .min(1)
      .max(1000)
      .default(3)
      .describe(
        "Evaluations in a row that must find a fault until its alert fires, or no fault until it is resolved",
      ),
    digest_s: z
      .number()
      .min(0)
      .max(3600)
      .default(10)
      .describe("Seconds within which all that changes goes into one message per sink"),
    refusal_share: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("Share of the miners' requests above which their refusal raises an alert"),
    refusal_window_s: z
      .number()
      .min(1)
      .max(86_400)
      .default(300)
      .describe("Seconds over which that share is taken"),
    restarts_per_hour: z
      .int()
      .min(1)
      .max(1000)
      .default(3)
      .describe("Restarts of a process per hour above which there is an alert"),
    full_within_days: z
      .number()
      .positive()
      .max(365)
      .default(3)
      .describe("Days before the disk is full from which on there is an alert"),
    rules: rules.prefault({}).describe("Which rules are evaluated; docs/runbook.md says what each means"),
    sinks: z
      .array(sink)
      .max(8)
      .refine(
        (sinks) => new Set(namesOf(sinks)).size === sinks.length,
        "two sinks have one name; give each its own",
      )
      .refine((sinks) => !namesOf(sinks).includes("heartbeat"), "heartbeat is no name for a sink")
      .default([])
      .describe(
        "Who is told: {kind: webhook, url, secret_file}, {kind: alertmanager, url, token_file}, {kind: slack, url}; url_file instead of url where it is secret",
      ),
    heartbeat: heartbeat.prefault({}),
  })
  .prefault({});
