import { type AlertSource, type Batch, type Message, type Notice, runbookOf } from "./notice.ts";

/** Beyond this Slack cuts a text off. */
const LONGEST = 3000;

/** As Slack wants the three characters that it reads as control characters. */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;

function lineOf({ rule, state, severity, text, firedAt, resolvedAt }: Notice): string {
  const when =
    state === "firing" ? `since ${utc(firedAt)}` : `${utc(firedAt)} to ${utc(resolvedAt ?? firedAt)}`;
  return `${state === "firing" ? `FIRING (${severity})` : "RESOLVED"} ${rule}: ${text} (${when}; ${runbookOf(rule)})`;
}

/** One text with a line per alert that changed. */
export function slackFormat(
  { changes, firing }: Batch,
  { network, netuid, validator }: AlertSource,
): Message {
  const head = `Assay ${network}/${netuid}, validator ${validator.slice(0, 8)}: ${firing.length} firing`;
  const text = escaped([head, ...changes.map(lineOf)].join("\n"));
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)} ...` : text;
  return { headers: { "content-type": "application/json" }, body: JSON.stringify({ text: short }) };
}
