import type { AlertEvent, AlertMute, AlertRecord, AlertRule, AlertTold } from "../core/alert.ts";
import type { Fence } from "./leases.ts";

/** What is on record of alerts; one record per rule. */
export interface AlertsOnRecord {
  readonly records: readonly AlertRecord[];
  readonly mutes: readonly AlertMute[];
  readonly told: readonly AlertTold[];
}

/** What one evaluation changed. */
export interface AlertChanges {
  readonly records: readonly AlertRecord[];
  /** Rules that nothing is known of any more. */
  readonly dropped: readonly AlertRule[];
  readonly events: readonly AlertEvent[];
}

/** A start of a process, by the name that its next start has too. */
export interface ProcessStart {
  readonly name: string;
  readonly at: number;
}

/** What a process that shares the store said of itself. */
export interface ProcessReport {
  readonly node: number;
  readonly name: string;
  /** Unix ms, by the clock of that process. */
  readonly at: number;
  readonly body: string;
}

/** The newest events and starts that are kept. */
export const ALERT_EVENTS_KEPT = 1000;
export const STARTS_KEPT = 256;

/**
 * What the alerts of the validator itself leave on record, so that a restart forgets no mute, tells nothing twice and loses no end.
 * Rules of another version, which this program does not know, are left out of what is read.
 */
export interface AlertStore {
  alerts(): Promise<AlertsOnRecord>;
  saveAlerts(changes: AlertChanges, fence?: Fence): Promise<void>;
  /** The newest first. */
  alertEvents(limit: number): Promise<AlertEvent[]>;
  /** Takes the place of an earlier mute of the rule; the event is recorded with it. */
  muteAlert(mute: AlertMute): Promise<void>;
  /** False, with nothing changed, when the rule is not muted, or when its mute ends later than `until`. */
  unmuteAlert(rule: AlertRule, at: number, text: string, until?: number): Promise<boolean>;
  /** What sinks were told, each in the place of what they were told of that rule before. */
  tellAlerts(told: readonly AlertTold[]): Promise<void>;
  noteStart(start: ProcessStart): Promise<void>;
  /** Since a time, the newest first. */
  processStarts(since: number): Promise<ProcessStart[]>;
  /** Takes the place of the node's earlier report. */
  reportProcess(node: number, at: number, body: string): Promise<void>;
  /** Of the nodes that live. */
  processReports(): Promise<ProcessReport[]>;
  /** The version of the schema as it is now: another process may have migrated it. */
  schemaVersion(): Promise<number>;
}
