import type { Format } from "./notice.ts";

/** Who is told of alerts. */
export interface Sink {
  readonly name: string;
  readonly kind: "webhook" | "alertmanager" | "slack";
  /** May hold a secret. */
  readonly url: string;
  readonly format: Format;
  /** How often what fires is sent again; null: once. */
  readonly resendMs: number | null;
}

/** A URL for logs and answers: its path, its query and its user may be secrets. */
export function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === "/" && search === "" ? origin : `${origin}/...`;
}
