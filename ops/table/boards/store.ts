import { type Board, query } from "../board.ts";
import { chosen, type Limits } from "../limits.ts";

export function store(limits: Limits): Board {
  return {
    uid: "assay-store",
    title: "Assay: store",
    text: "Writes and their time to be durable, what fails, and where there is PostgreSQL its connections, notifications and replica.",
    rows: [
      {
        title: "Writes and reads",
        panels: [
          {
            title: "Writes",
            text: "Writes per second, and the transactions that hold them.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum(rate(assay_store_writes_total[$range]))", "writes"),
              query("sum(rate(assay_store_groups_total[$range]))", "transactions"),
            ],
          },
          {
            title: "Writes per transaction",
            text: "The mean size of a group: it grows with load, so that a disk needs no more flushes.",
            kind: "lines",
            unit: "short",
            queries: [
              query(
                "sum(rate(assay_store_writes_total[$range])) / sum(rate(assay_store_groups_total[$range]))",
                "writes per transaction",
              ),
            ],
          },
          {
            title: "Time to be durable",
            text: "From a group's first write to its commit.",
            kind: "lines",
            unit: "s",
            queries: [0.5, 0.99].map((part) =>
              query(
                `histogram_quantile(${part}, sum by (le) (rate(assay_store_group_seconds_bucket[$range])))`,
                `p${part * 100}`,
              ),
            ),
            limit: limits.gateWaitS,
          },
          {
            title: "Wait for the store",
            text: "From a call to its answer. Past the line, requests that wait behind it are refused as busy.",
            kind: "lines",
            unit: "s",
            queries: [0.5, 0.99].map((part) =>
              query(
                `histogram_quantile(${part}, sum by (le) (rate(assay_store_wait_seconds_bucket[$range])))`,
                `p${part * 100}`,
              ),
            ),
            limit: limits.gateWaitS,
          },
          {
            title: "Calls waiting",
            text: "Calls that the store has not answered, and reads of others in their queues.",
            kind: "lines",
            unit: "short",
            queries: [
              query("assay_store_waiting", "{{instance}}"),
              query("assay_store_reads_waiting", "{{instance}} reads of {{who}}"),
            ],
          },
          {
            title: "Failed and refused",
            text: "Calls that failed, those refused because too many wait, reads refused because their queue is full.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum(rate(assay_store_failed_total[$range]))", "failed"),
              query("sum(rate(assay_store_refused_total[$range]))", "refused"),
              query(
                "sum by (who) (rate(assay_store_reads_refused_total[$range]))",
                "reads of {{who}} refused",
              ),
            ],
          },
        ],
      },
      {
        title: "Disk",
        panels: [
          {
            title: "Free room",
            text: "Of the disk of the data directory, and the reserve below which no new work is taken (observe.disk_reserve).",
            kind: "lines",
            unit: "bytes",
            queries: [
              query("assay_disk_free_bytes", "{{instance}} free"),
              query("assay_disk_reserve_bytes", "{{instance}} reserve"),
            ],
          },
          {
            title: "Until the disk is full",
            text: "Time until the reserve is reached at the pace of the last day. Empty: no room is lost, or not known yet.",
            kind: "lines",
            unit: "s",
            queries: [query("assay_disk_until_full_seconds", "{{instance}}")],
          },
          {
            title: "Intake stopped",
            text: "1 while no new work is taken, by reason.",
            kind: "states",
            unit: "none",
            queries: [query("max by (instance, reason) (assay_intake_stopped)", "{{instance}} {{reason}}")],
          },
          {
            title: "History not recorded",
            text: "Minutes of history that the store did not take: gaps in the plots of the dashboard, and nothing else.",
            kind: "lines",
            unit: "short",
            queries: [query("sum(increase(assay_history_dropped_total[1h]))", "minutes")],
          },
          {
            title: "Reasons not recorded",
            text: "Refusals and rejections that are missing in the counts per miner: too many miners had one within a minute.",
            kind: "lines",
            unit: "short",
            queries: [query("sum(increase(assay_reasons_dropped_total[1h]))", "counts")],
          },
        ],
      },
      {
        title: "PostgreSQL",
        panels: [
          {
            title: "Connections",
            text: "Open connections for reads, of each process.",
            kind: "lines",
            unit: "short",
            queries: [
              query("assay_store_connections", "{{instance}}"),
              query("assay_store_replica_connections", "{{instance}} to the replica"),
            ],
          },
          {
            title: "Connections opened and failed",
            text: "A server that restarts shows as failures, and then as new connections.",
            kind: "lines",
            unit: "cps",
            queries: [
              query("sum(rate(assay_store_connections_opened_total[$range]))", "opened"),
              query("sum(rate(assay_store_connections_failed_total[$range]))", "failed"),
              query("sum(rate(assay_store_replica_connections_opened_total[$range]))", "replica opened"),
              query("sum(rate(assay_store_replica_connections_failed_total[$range]))", "replica failed"),
            ],
          },
          {
            title: "Conflicts and no free connection",
            text: "Groups that were run again after a conflict, and calls for which no connection came free in time.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum(rate(assay_store_retries_total[$range]))", "run again"),
              query("sum(rate(assay_store_pool_exhausted_total[$range]))", "no connection"),
              query(
                "sum(rate(assay_store_replica_pool_exhausted_total[$range]))",
                "no connection to the replica",
              ),
            ],
          },
          {
            title: "Notifications between processes",
            text: "While they are lost, work is found by looking for it, up to a second later.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum(rate(assay_store_nudges_sent_total[$range]))", "sent"),
              query("sum(rate(assay_store_nudges_heard_total[$range]))", "heard"),
              query("sum(rate(assay_store_nudges_lost_total[$range]))", "lost"),
            ],
          },
          {
            title: "Replica",
            text: "How far it is behind, and whether it is read; past the line it is not. -1: not known.",
            kind: "lines",
            unit: "s",
            queries: [
              query("assay_store_replica_lag_seconds", "{{instance}} behind"),
              query("assay_store_replica_used", "{{instance}} in use"),
            ],
            limit: limits.replicaLagS,
          },
          {
            title: "Reads that can be stale",
            text: "By who answered, and those that the replica failed.",
            kind: "stack",
            unit: "ops",
            queries: [
              query("sum by (where) (rate(assay_store_stale_reads_total[$range]))", "{{where}}"),
              query("sum(rate(assay_store_replica_failed_total[$range]))", "failed by the replica"),
            ],
          },
        ],
      },
    ],
    rules: [
      {
        name: "assay_store_failing",
        expr: "increase(assay_store_failed_total[5m]) > 0",
        for: "2m",
        severity: "critical",
        summary: "The store of {{ $labels.instance }} failed {{ $value }} calls within five minutes.",
      },
      {
        name: "assay_store_slow",
        expr: `histogram_quantile(0.99, sum by (instance, le) (rate(assay_store_wait_seconds_bucket[5m]))) > ${limits.gateWaitS}`,
        for: "5m",
        severity: "warning",
        summary:
          "The store of {{ $labels.instance }} takes {{ $value }} s, longer than a request waits at the gate.",
      },
      {
        name: "assay_store_refusing",
        expr: "increase(assay_store_refused_total[5m]) > 0",
        for: "2m",
        severity: "critical",
        summary: "{{ $labels.instance }} refuses calls: too many wait for the store.",
      },
      {
        name: "assay_intake_stopped",
        expr: 'max by (instance, reason) (assay_intake_stopped{reason="storage_full"}) > 0',
        for: "0m",
        severity: "critical",
        summary: "{{ $labels.instance }} takes no new work: {{ $labels.reason }}.",
      },
      {
        name: "assay_disk_full_soon",
        expr: `assay_disk_until_full_seconds < ${chosen.diskDays * 86_400}`,
        for: "30m",
        severity: "warning",
        summary:
          "The disk of {{ $labels.instance }} is full in {{ $value | humanizeDuration }} at the present pace.",
      },
      {
        name: "assay_store_connections_failing",
        expr: "increase(assay_store_connections_failed_total[5m]) > 0",
        for: "2m",
        severity: "critical",
        summary: "{{ $labels.instance }} cannot open connections to PostgreSQL.",
      },
      {
        name: "assay_store_connections_short",
        expr: "increase(assay_store_pool_exhausted_total[10m]) > 0",
        for: "5m",
        severity: "warning",
        summary: "Reads of {{ $labels.instance }} wait in vain for a connection to PostgreSQL.",
      },
      {
        name: "assay_nudges_lost",
        expr: "increase(assay_store_nudges_lost_total[10m]) > 0",
        for: "10m",
        severity: "warning",
        summary:
          "{{ $labels.instance }} cannot notify the other processes: work is found up to a second later.",
      },
      {
        name: "assay_replica_not_used",
        expr: "assay_store_replica_used == 0",
        for: "10m",
        severity: "warning",
        summary: "{{ $labels.instance }} does not read the replica: it is gone, or too far behind.",
      },
      {
        name: "assay_reads_refused",
        expr: "sum by (who) (rate(assay_store_reads_refused_total[5m])) > 0",
        for: "10m",
        severity: "warning",
        summary: "Reads of {{ $labels.who }} have been refused for ten minutes: their queue is full.",
      },
    ],
  };
}
