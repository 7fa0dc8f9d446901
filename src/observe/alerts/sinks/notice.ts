import type { AlertRecord, Severity } from "../../../core/alert.ts";

/** An alert that fired, as sinks are told of it. Times in Unix ms. */
export interface Notice extends Pick<AlertRecord, "text" | "value" | "threshold" | "since"> {
  /** A rule's name; of a test, `test`. */
  readonly rule: string;
  readonly state: "firing" | "resolved";
  readonly severity: Severity;
  readonly firedAt: number;
  readonly resolvedAt: number | null;
}

/** Who tells. */
export interface AlertSource {
  readonly validator: string;
  readonly network: string;
  readonly netuid: number;
  readonly version: string;
}

/** What goes into one message. */
export interface Batch {
  /** The same when the message is sent again. */
  readonly id: string;
  readonly at: number;
  /** What the sink has not been told of yet. */
  readonly changes: readonly Notice[];
  /** Everything that fires at the moment and is not muted, told of or not. */
  readonly firing: readonly Notice[];
  readonly test: boolean;
}

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Format = (batch: Batch, source: AlertSource) => Message;

export const runbookOf = (rule: string): string => `docs/runbook.md#${rule}`;

/** A notice that says that it is none. */
export function testBatch(id: string, at: number): Batch {
  const notice: Notice = {
    ...{ rule: "test", state: "firing", severity: "warning", text: "a test: nothing is wrong" },
    ...{ value: null, threshold: null, since: at, firedAt: at, resolvedAt: null },
  };
  return { id, at, changes: [notice], firing: [notice], test: true };
}
