import { type Board, query } from "../board.ts";
import { chosen, type Limits } from "../limits.ts";

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
      {
        title: "Processes",
        panels: [
          {
            title: "Processor time",
            text: "Cores in use by each process, and the part of it that was spent in the kernel.",
            kind: "lines",
            unit: "short",
            queries: [
              query("rate(process_cpu_seconds_total[$range])", "{{instance}}"),
              query("rate(process_cpu_system_seconds_total[$range])", "{{instance}} kernel"),
              query("rate(process_cpu_user_seconds_total[$range])", "{{instance}} own"),
            ],
          },
          {
            title: "Delay of the event loop",
            text: "How late the main thread's timers are. Everything that a client waits for is at least that late.",
            kind: "lines",
            unit: "s",
            queries: [
              query("nodejs_eventloop_lag_p50_seconds", "{{instance}} p50"),
              query("nodejs_eventloop_lag_p90_seconds", "{{instance}} p90"),
              query("nodejs_eventloop_lag_p99_seconds", "{{instance}} p99"),
              query("nodejs_eventloop_lag_max_seconds", "{{instance}} most"),
            ],
            limit: chosen.loopLagS,
          },
          {
            title: "Delay of the event loop, details",
            text: "The delay at the scrape, and mean, least and spread since the scrape before.",
            kind: "lines",
            unit: "s",
            queries: [
              query("nodejs_eventloop_lag_seconds", "{{instance}} at the scrape"),
              query("nodejs_eventloop_lag_mean_seconds", "{{instance}} mean"),
              query("nodejs_eventloop_lag_min_seconds", "{{instance}} least"),
              query("nodejs_eventloop_lag_stddev_seconds", "{{instance}} spread"),
            ],
          },
          {
            title: "Memory",
            text: "Resident memory, and the part that is the JavaScript heap and buffers outside it.",
            kind: "lines",
            unit: "bytes",
            queries: [
              query("process_resident_memory_bytes", "{{instance}} resident"),
              query("process_heap_bytes", "{{instance}} data segment"),
              query("nodejs_heap_size_used_bytes", "{{instance}} heap used"),
              query("nodejs_heap_size_total_bytes", "{{instance}} heap"),
              query("nodejs_external_memory_bytes", "{{instance}} buffers"),
            ],
          },
          {
            title: "Heap spaces",
            text: "Parts of the heap. An old space that only grows is a leak.",
            kind: "lines",
            unit: "bytes",
            queries: [
              query("sum by (space) (nodejs_heap_space_size_used_bytes)", "{{space}} used"),
              query("sum by (space) (nodejs_heap_space_size_total_bytes)", "{{space}} reserved"),
              query("sum by (space) (nodejs_heap_space_size_available_bytes)", "{{space}} free"),
            ],
          },
          {
            title: "Addresses reserved",
            text: "Virtual memory: large, since code and WebAssembly reserve addresses that they never use.",
            kind: "lines",
            unit: "bytes",
            queries: [query("process_virtual_memory_bytes", "{{instance}}")],
          },
          {
            title: "Garbage collection",
            text: "Share of the time spent in it, and its mean length, by kind.",
            kind: "lines",
            unit: "percentunit",
            queries: [
              query("sum by (kind) (rate(nodejs_gc_duration_seconds_sum[$range]))", "{{kind}}"),
              query(
                "sum by (instance) (rate(nodejs_gc_duration_seconds_sum[$range]))",
                "{{instance}} altogether",
              ),
            ],
          },
          {
            title: "Open files",
            text: "Descriptors in use and allowed. Connections are bounded below the limit, so that the store always has one.",
            kind: "lines",
            unit: "short",
            queries: [
              query("process_open_fds", "{{instance}}"),
              query("process_max_fds", "{{instance}} allowed"),
            ],
          },
          {
            title: "What keeps the process busy",
            text: "Handles, requests and timers that Node has open, by type.",
            kind: "lines",
            unit: "short",
            queries: [
              query("sum by (type) (nodejs_active_resources)", "{{type}}"),
              query("sum by (type) (nodejs_active_handles)", "handles {{type}}"),
              query("sum by (type) (nodejs_active_requests)", "requests {{type}}"),
            ],
          },
          {
            title: "Log lines dropped",
            text: "Lines that their destination did not take. The reader of the log is too slow, or gone.",
            kind: "lines",
            unit: "cps",
            queries: [query("rate(assay_log_dropped_lines_total[$range])", "{{instance}}")],
          },
        ],
      },
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
