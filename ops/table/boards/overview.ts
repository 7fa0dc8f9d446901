import { type Board, happened, query } from "../board.ts";
import { chosen, type Limits } from "../limits.ts";
import { processes } from "./processes.ts";

export function overview(_limits: Limits): Board {
  return {
    uid: "assay-overview",
    title: "Assay: overview",
    text: "Whether the validator runs, what passes through it, and what its processes need.",
    rows: [
      {
        title: "Now",
        panels: [
          {
            title: "Processes up",
            text: "Processes that Prometheus can scrape.",
            kind: "number",
            unit: "none",
            queries: [query("sum(up)", "up")],
          },
          {
            title: "Alerts firing",
            text: "Rules of this folder that fire, by severity.",
            kind: "number",
            unit: "none",
            queries: [
              query(
                'sum by (severity) (ALERTS{alertstate="firing",service="assay"}) or vector(0)',
                "{{severity}}",
              ),
            ],
            limit: 1,
          },
          {
            title: "Alerts of the validator itself",
            text: "Rules of the program that fire and are not muted, by severity.",
            kind: "number",
            unit: "none",
            queries: [query("max by (severity) (assay_alerts_firing)", "{{severity}}")],
            limit: 1,
          },
          {
            title: "Started",
            text: "When each process started. A young process has lost the alarms of the one before it.",
            kind: "number",
            unit: "dateTimeFromNow",
            queries: [query("process_start_time_seconds * 1000", "{{instance}}")],
          },
          {
            title: "Node version",
            text: "The runtime of each process; they should all have the same.",
            kind: "number",
            unit: "none",
            queries: [query("sum by (version) (nodejs_version_info)", "{{version}}")],
          },
        ],
      },
      {
        title: "From request to weight",
        panels: [
          {
            title: "Submissions",
            text: "The stages as a funnel: requests, those let in, those concluded, those with a valid answer. A gap between two lines is what that stage refuses or still has.",
            kind: "lines",
            unit: "reqps",
            queries: [
              query(
                'sum(rate(assay_http_requests_total{route="/v1/submissions",method="POST"}[$range]))',
                "requests",
              ),
              query('sum(rate(assay_admit_submissions_total{kind="admitted"}[$range]))', "let in"),
              query("sum(rate(assay_verified_total[$range]))", "concluded"),
              query(
                'sum(rate(assay_verified_total{outcome!="invalid",outcome!="error"}[$range]))',
                "accepted",
              ),
            ],
          },
          {
            title: "Jobs",
            text: "Jobs sent to miners, and how they end.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum(rate(assay_dispatch_sent_total[$range]))", "sent"),
              query("sum by (end) (rate(assay_dispatch_ended_total[$range]))", "{{end}}"),
            ],
          },
          {
            title: "Weights",
            text: "Weight vectors by what became of them, per hour. With one process that weighs, one is signed and handed in per weighing period.",
            kind: "stack",
            unit: "short",
            queries: [query("sum by (outcome) (increase(assay_vectors_total[1h]))", "{{outcome}}")],
          },
          {
            title: "Messages about alerts",
            text: "Of the validator itself, and its heartbeats, by who was told and whether that worked.",
            kind: "stack",
            unit: "ops",
            queries: [
              query(
                "sum by (sink, result) (rate(assay_alert_deliveries_total[$range]))",
                "{{sink}} {{result}}",
              ),
            ],
          },
          {
            title: "Roles",
            text: "1 while the process holds its lease, and while it is the one that closes epochs and weighs. Empty on SQLite, where there is one process.",
            kind: "lines",
            unit: "none",
            queries: [
              query("assay_node_alive", "lease of {{instance}}"),
              query("assay_leader", "leader {{instance}}"),
            ],
          },
        ],
      },
      processes,
    ],
    rules: [
      {
        name: "assay_down",
        expr: "up == 0",
        for: "2m",
        severity: "critical",
        summary:
          "{{ $labels.instance }} cannot be scraped: the process is down, or its metrics are not reachable.",
      },
      {
        name: "assay_not_watched",
        expr: "absent(up)",
        for: "5m",
        severity: "critical",
        summary: "Prometheus has no process of Assay to scrape: no other alert can fire.",
      },
      {
        name: "assay_restarts",
        expr: `changes(process_start_time_seconds[1h]) > ${chosen.startsPerHour}`,
        for: "0m",
        severity: "warning",
        summary: "{{ $labels.instance }} started {{ $value }} times within an hour.",
      },
      {
        name: "assay_event_loop_slow",
        expr: `nodejs_eventloop_lag_p99_seconds > ${chosen.loopLagS}`,
        for: "5m",
        severity: "warning",
        summary: "The event loop of {{ $labels.instance }} is {{ $value }} s late.",
      },
      {
        name: "assay_open_files",
        expr: `process_open_fds / process_max_fds > ${chosen.openFiles}`,
        for: "5m",
        severity: "warning",
        summary:
          "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of the open files that it may have.",
      },
      {
        name: "assay_log_lines_dropped",
        expr: "increase(assay_log_dropped_lines_total[10m]) > 0",
        for: "0m",
        severity: "warning",
        summary:
          "{{ $labels.instance }} dropped {{ $value }} log lines: what reads its log is too slow, or gone.",
      },
      {
        name: "assay_alerts_not_delivered",
        expr: `sum by (job, sink) (${happened('assay_alert_deliveries_total{result="failed"}', "15m")}) > 0`,
        for: "5m",
        severity: "warning",
        summary: "The validator's own alerts do not reach {{ $labels.sink }}: {{ $value }} messages failed.",
      },
      {
        name: "assay_lease_lost",
        expr: "assay_node_alive == 0",
        for: "1m",
        severity: "critical",
        summary:
          "{{ $labels.instance }} has no lease in the store: others may have its work, and it takes none.",
      },
      {
        name: "assay_leader_missing",
        expr: "sum by (job) (assay_leader) == 0",
        for: "2m",
        severity: "critical",
        summary: "No process closes epochs and weighs.",
      },
    ],
  };
}
