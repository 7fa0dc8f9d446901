import type { ComponentChildren } from "preact";

/** What a colour means. Each has a shape of its own, so that no colour is needed to tell them apart. */
export type Tone = "good" | "warn" | "bad" | "info" | "quiet";

const shapes: Readonly<Record<Tone, string>> = { good: "●", warn: "▲", bad: "■", info: "◆", quiet: "○" };

export function Badge({
  tone,
  children,
  title,
}: {
  tone: Tone;
  children: ComponentChildren;
  title?: string;
}) {
  return (
    <span class={`badge ${tone}`} title={title}>
      <span aria-hidden="true">{shapes[tone]} </span>
      {children}
    </span>
  );
}

const tones: Readonly<Record<string, Tone>> = {
  ...{ active: "good", accepted: "good", confirmed: "good", closed: "good", valid: "good", resolved: "good" },
  ...{
    cold_start: "info",
    pending: "info",
    verifying: "info",
    planned: "info",
    submitted: "info",
    open: "info",
  },
  ...{ committed: "info", revealed: "info", queued: "info", running: "info" },
  ...{ suspended: "bad", rejected: "bad", missed: "bad", invalid: "bad", firing: "bad", failed: "bad" },
  ...{ void: "quiet", error: "warn", muted: "quiet", cancelled: "quiet", expired: "warn" },
};

/** A state of the API as its own word: "cold_start" is "cold start". */
export function StateBadge({ state }: { state: string }) {
  return <Badge tone={tones[state] ?? "quiet"}>{state.replaceAll("_", " ")}</Badge>;
}
