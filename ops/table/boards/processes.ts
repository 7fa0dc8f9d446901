import { query, type Row } from "../board.ts";
import { chosen } from "../limits.ts";

/** What the processes themselves need: processor, memory, files. */
export const processes: Row = {
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
        query("sum by (instance) (rate(nodejs_gc_duration_seconds_sum[$range]))", "{{instance}} altogether"),
      ],
    },
    {
      title: "Open files",
      text: "Descriptors in use and allowed. Connections are bounded below the limit, so that the store always has one.",
      kind: "lines",
      unit: "short",
      queries: [query("process_open_fds", "{{instance}}"), query("process_max_fds", "{{instance}} allowed")],
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
      title: "Log lines dropped and folded",
      text: "Dropped: their destination did not take them, so the reader of the log is too slow, or gone. Folded: they repeated another one and were only counted.",
      kind: "lines",
      unit: "cps",
      queries: [
        query("rate(assay_log_dropped_lines_total[$range])", "{{instance}} dropped"),
        query("rate(assay_log_folded_lines_total[$range])", "{{instance}} folded"),
      ],
    },
  ],
};
