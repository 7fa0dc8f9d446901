import { SELF_FAULT_PERCENT } from "../../../src/judge/rules.ts";
import { type Board, happened, query, shareAbove } from "../board.ts";
import { chosen, type Limits } from "../limits.ts";

const ended = (of: string): string => `sum by (job) (increase(assay_dispatch_ended_total${of}[10m]))`;

export function dispatch(limits: Limits): Board {
  return {
    uid: "assay-dispatch",
    title: "Assay: dispatch",
    text: "Jobs of the push lanes: who takes them, what holds them back, how they end, and the links to miners.",
    rows: [
      {
        title: "Jobs",
        panels: [
          {
            title: "Jobs sent",
            text: "Jobs per second by lane.",
            kind: "lines",
            unit: "ops",
            queries: [query("sum by (lane) (rate(assay_dispatch_sent_total[$range]))", "{{lane}}")],
          },
          {
            title: "Ends of jobs",
            text: "answered is good; timeout, unreachable and others debit the miner; withdrawn and not_recorded are ours.",
            kind: "stack",
            unit: "ops",
            queries: [
              query("sum by (lane, end) (rate(assay_dispatch_ended_total[$range]))", "{{lane}} {{end}}"),
            ],
          },
          {
            title: "Time to an answer",
            text: "From sending a job to its answer, by lane.",
            kind: "lines",
            unit: "s",
            queries: [0.5, 0.95].map((part) =>
              query(
                `histogram_quantile(${part}, sum by (le, lane) (rate(assay_dispatch_answer_seconds_bucket[$range])))`,
                `{{lane}} p${part * 100}`,
              ),
            ),
          },
          {
            title: "Jobs given up",
            text: "Jobs that as many miners had as may have them, and those past their deadline.",
            kind: "lines",
            unit: "ops",
            queries: [query("sum by (why) (rate(assay_dispatch_dropped_total[$range]))", "{{why}}")],
          },
        ],
      },
      {
        title: "In flight",
        panels: [
          {
            title: "Jobs in flight",
            text: "With the configured ceiling, where there is one.",
            kind: "lines",
            unit: "short",
            queries: [
              query("assay_dispatch_in_flight", "{{instance}}"),
              query("assay_dispatch_ceiling > 0", "{{instance}} ceiling"),
            ],
          },
          {
            title: "Bytes in flight",
            text: "Jobs out and answers that wait to be verified, with the bound dispatch.bytes_in_flight.",
            kind: "lines",
            unit: "bytes",
            queries: [query("assay_dispatch_in_flight_bytes", "{{instance}}")],
            limit: limits.jobBytes,
          },
          {
            title: "What holds jobs back",
            text: "1 while no job is handed out for that reason. verification for a moment is how the rate is regulated.",
            kind: "states",
            unit: "none",
            queries: [query("max by (gate) (assay_dispatch_gate_shut)", "{{gate}}")],
          },
          {
            title: "Customers' jobs waiting",
            text: "Jobs that no miner has yet.",
            kind: "lines",
            unit: "short",
            queries: [query("assay_dispatch_queued", "{{instance}}")],
          },
        ],
      },
      {
        title: "Miners",
        panels: [
          {
            title: "Miners with a link",
            text: "All of them, those that could take a job now, and those that are dialled.",
            kind: "lines",
            unit: "short",
            queries: [
              query("sum(assay_dispatch_miners)", "with a link"),
              query("sum(assay_dispatch_ready)", "could take a job"),
              query("sum(assay_dialled_miners)", "dialled"),
              query("sum(assay_dialled_miners_left_out)", "not dialled, at the bound"),
            ],
          },
          {
            title: "Streams",
            text: "Streams that miners have open, and how many are opened per second.",
            kind: "lines",
            unit: "short",
            queries: [
              query("sum(assay_streams)", "open"),
              query("sum(rate(assay_streams_opened_total[$range]))", "opened per second"),
            ],
          },
          {
            title: "Ends of streams",
            text: "Why streams end; lost ones with jobs in flight cost their miner those jobs.",
            kind: "stack",
            unit: "cps",
            queries: [
              query("sum by (reason) (rate(assay_streams_ended_total[$range]))", "{{reason}}"),
              query("sum(rate(assay_dispatch_miners_lost_total[$range]))", "lost with jobs in flight"),
            ],
          },
          {
            title: "Requests to dialled miners",
            text: "How they ended.",
            kind: "stack",
            unit: "reqps",
            queries: [query("sum by (outcome) (rate(assay_dial_outcomes_total[$range]))", "{{outcome}}")],
          },
          {
            title: "Failures to connect",
            text: `suspended: the miner is out for a tempo; ours: at least ${SELF_FAULT_PERCENT} % of the active miners failed within a minute, and the fault is presumed to be here.`,
            kind: "stack",
            unit: "cps",
            queries: [
              query("sum by (outcome) (rate(assay_unreachable_total[$range]))", "{{outcome}}"),
              query("sum(rate(assay_unreachable_lifted_total[$range]))", "released in bulk"),
            ],
          },
        ],
      },
      {
        title: "Frames and records",
        panels: [
          {
            title: "Frames",
            text: "Frames on streams per second.",
            kind: "lines",
            unit: "ops",
            queries: [query("sum by (direction) (rate(assay_stream_frames_total[$range]))", "{{direction}}")],
          },
          {
            title: "Bytes of frames",
            text: "Their payload per second.",
            kind: "lines",
            unit: "Bps",
            queries: [
              query("sum by (direction) (rate(assay_stream_frame_bytes_total[$range]))", "{{direction}}"),
            ],
          },
          {
            title: "Frames without effect",
            text: "Frames that cannot be read, those about jobs that the miner does not have, floods, and replies that a miner does not read.",
            kind: "stack",
            unit: "ops",
            queries: [
              query("sum by (code) (rate(assay_stream_faulty_frames_total[$range]))", "faulty {{code}}"),
              query("sum by (code) (rate(assay_dispatch_refused_frames_total[$range]))", "refused {{code}}"),
              query("sum by (kind) (rate(assay_stream_floods_total[$range]))", "flood of {{kind}}"),
              query("sum(rate(assay_stream_replies_dropped_total[$range]))", "replies dropped"),
            ],
          },
          {
            title: "Not recorded",
            text: "Records of jobs that the store did not take: they are tried again, or their work is unpaid.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum by (what) (rate(assay_dispatch_unrecorded_total[$range]))", "{{what}}"),
              query("sum(rate(assay_jobs_unrecorded_total[$range]))", "ends of jobs"),
            ],
          },
          {
            title: "Customers' jobs between processes",
            text: "Claimed, given back, lost to another process, dropped with the lease. Empty on SQLite.",
            kind: "lines",
            unit: "ops",
            queries: [query("sum by (what) (rate(assay_jobs_shared_total[$range]))", "{{what}}")],
          },
        ],
      },
    ],
    rules: [
      {
        name: "assay_dispatch_held",
        expr: 'max by (job, gate) (min_over_time(assay_dispatch_gate_shut{gate=~"paused|height_unknown|memory|bytes"}[5m])) > 0',
        for: "5m",
        severity: "warning",
        summary: "No jobs are handed out, and have not been for minutes: {{ $labels.gate }}.",
      },
      {
        name: "assay_no_miners",
        expr: "sum by (job) (assay_dispatch_miners) == 0 and sum by (job) (max_over_time(assay_dispatch_miners[1d])) > 0",
        for: "10m",
        severity: "critical",
        summary: "No miner has a link, and some had one within the last day.",
      },
      {
        name: "assay_jobs_failing",
        expr: shareAbove(
          `${ended("")} - ${ended('{end="answered"}')}`,
          ended(""),
          chosen.failedJobs,
          chosen.least,
        ),
        for: "10m",
        severity: "warning",
        summary: "{{ $value | humanizePercentage }} of the jobs end without an answer.",
      },
      {
        name: "assay_miners_unreachable",
        expr: `sum by (job) (${happened('assay_unreachable_total{outcome="ours"}', "10m")}) > 0`,
        for: "0m",
        severity: "critical",
        summary:
          "So many miners cannot be reached that the fault is presumed to be here: nobody is put out for it.",
      },
      {
        name: "assay_customers_wait",
        expr: "sum by (job) (min_over_time(assay_dispatch_queued[15m])) > 0 and sum by (job) (rate(assay_dispatch_sent_total[15m])) == 0",
        for: "0m",
        severity: "warning",
        summary: "{{ $value }} jobs of customers wait, and no job was sent for a quarter of an hour.",
      },
      {
        name: "assay_miners_not_dialled",
        expr: "assay_dialled_miners_left_out > 0",
        for: "10m",
        severity: "warning",
        summary: "{{ $labels.instance }} does not dial {{ $value }} miners: the bound is reached.",
      },
      {
        name: "assay_jobs_not_recorded",
        expr: `sum by (job) (${happened("assay_jobs_unrecorded_total", "10m")}) > 0 or sum by (job) (${happened("assay_dispatch_unrecorded_total", "10m")}) > 0`,
        for: "5m",
        severity: "critical",
        summary:
          "The store does not take the records of jobs: {{ $value }} attempts failed within ten minutes.",
      },
    ],
  };
}
