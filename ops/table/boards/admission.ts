import { type Board, happened, query, shareAbove } from "../board.ts";
import { chosen, type Limits } from "../limits.ts";

const submissions = 'route="/v1/submissions",method="POST"';

export function admission(limits: Limits): Board {
  const requestsOf10m = `sum by (job) (increase(assay_http_requests_total{${submissions}}[10m]))`;
  return {
    uid: "assay-admission",
    title: "Assay: admission",
    text: "Requests, what is let in, what is refused and why, and what clients make the process hold.",
    rows: [
      {
        title: "Requests",
        panels: [
          {
            title: "Requests by route",
            text: "Answered requests per second.",
            kind: "lines",
            unit: "reqps",
            queries: [
              query(
                "sum by (method, route) (rate(assay_http_requests_total[$range]))",
                "{{method}} {{route}}",
              ),
            ],
          },
          {
            title: "Requests by status",
            text: "429 and 503 ask clients to come back; 500 is a fault of the program.",
            kind: "stack",
            unit: "reqps",
            queries: [query("sum by (status) (rate(assay_http_requests_total[$range]))", "{{status}}")],
          },
          {
            title: "Time to answer, p99",
            text: "From the headers to the answer, by route. Streams and logs that are read slowly count too.",
            kind: "lines",
            unit: "s",
            queries: [
              query(
                "histogram_quantile(0.99, sum by (le, route) (rate(assay_http_request_seconds_bucket[$range])))",
                "{{route}}",
              ),
            ],
          },
          {
            title: "Time to answer a submission",
            text: "The path that miners are paid for; the line is the time within which a body must arrive.",
            kind: "lines",
            unit: "s",
            queries: [0.5, 0.9, 0.99].map((part) =>
              query(
                `histogram_quantile(${part}, sum by (le) (rate(assay_http_request_seconds_bucket{route="/v1/submissions"}[$range])))`,
                `p${part * 100}`,
              ),
            ),
            limit: limits.deadlineS,
          },
        ],
      },
      {
        title: "Let in and refused",
        panels: [
          {
            title: "Submissions let in",
            text: "New ones, and those that were sent again and got the same receipt.",
            kind: "lines",
            unit: "reqps",
            queries: [
              query("sum by (kind, lane) (rate(assay_admit_submissions_total[$range]))", "{{lane}} {{kind}}"),
            ],
          },
          {
            title: "Refusals of admission",
            text: "By purpose and code; docs/errors.md says of each code who can do something about it.",
            kind: "stack",
            unit: "reqps",
            queries: [
              query(
                "sum by (purpose, code) (rate(assay_admit_refusals_total[$range]))",
                "{{purpose}} {{code}}",
              ),
            ],
          },
          {
            title: "Submissions refused",
            text: "Requests to submit that were refused, whatever refused them, by code.",
            kind: "stack",
            unit: "reqps",
            queries: [query("sum by (code) (rate(assay_submissions_refused_total[$range]))", "{{code}}")],
          },
          {
            title: "Problems sent",
            text: "All refusals and failures of the public listener, by code.",
            kind: "stack",
            unit: "reqps",
            queries: [query("sum by (code) (rate(assay_http_problems_total[$range]))", "{{code}}")],
          },
          {
            title: "Clients that left",
            text: "They closed the connection before their answer was ready: their own deadline is too short, or we are slow.",
            kind: "lines",
            unit: "reqps",
            queries: [query("sum by (purpose) (rate(assay_admit_vanished_total[$range]))", "{{purpose}}")],
          },
        ],
      },
      {
        title: "The gate",
        panels: [
          {
            title: "Slots held",
            text: "Requests being admitted at once, with their bound.",
            kind: "lines",
            unit: "short",
            queries: [
              query("assay_gate_submit_held", "{{instance}} submissions"),
              query("assay_gate_read_held", "{{instance}} reads"),
            ],
            limit: limits.gateSlots,
          },
          {
            title: "Waiting for a slot",
            text: "Requests in the queue of the gate.",
            kind: "lines",
            unit: "short",
            queries: [
              query("assay_gate_submit_waiting", "{{instance}} submissions"),
              query("assay_gate_read_waiting", "{{instance}} reads"),
            ],
          },
          {
            title: "Refused a slot",
            text: "queue: it was full; share: one hotkey had its part; wait: no slot in time; displaced: one that waits for less came.",
            kind: "stack",
            unit: "reqps",
            queries: [
              query(
                "sum by (reason) (rate(assay_gate_submit_refused_total[$range]))",
                "submissions {{reason}}",
              ),
              query("sum by (reason) (rate(assay_gate_read_refused_total[$range]))", "reads {{reason}}"),
            ],
          },
          {
            title: "Stages of admission, p99",
            text: "Recognising the id, waiting for a slot, the signature, the record on disk.",
            kind: "lines",
            unit: "s",
            queries: [
              query(
                "histogram_quantile(0.99, sum by (le, stage) (rate(assay_admit_stage_seconds_bucket[$range])))",
                "{{stage}}",
              ),
            ],
            limit: limits.gateWaitS,
          },
        ],
      },
      {
        title: "What clients hold",
        panels: [
          {
            title: "Bytes held for clients",
            text: "What is unread, unfinished or unsent. At the line, the client that has held bytes for the longest is cut.",
            kind: "lines",
            unit: "bytes",
            queries: [query("assay_http_held_bytes", "{{instance}}")],
            limit: limits.heldBytes,
          },
          {
            title: "Connections refused and cut",
            text: "At the bound of all, at the bound of one address, those that read nothing, those that held too much.",
            kind: "lines",
            unit: "cps",
            queries: [
              query("sum(rate(assay_http_connections_dropped_total[$range]))", "dropped"),
              query("sum(rate(assay_http_address_connections_refused_total[$range]))", "of one address"),
              query("sum(rate(assay_http_connections_stalled_total[$range]))", "stalled"),
              query("sum(rate(assay_http_held_bytes_cut_total[$range]))", "held too much"),
            ],
          },
          {
            title: "Streams of events",
            text: "Open ones of dashboards, and how many are refused and cut off.",
            kind: "lines",
            unit: "short",
            queries: [
              query("assay_event_streams", "{{instance}} open"),
              query("sum(rate(assay_event_streams_refused_total[$range]))", "refused per second"),
              query("sum(rate(assay_event_streams_dropped_total[$range]))", "cut off per second"),
            ],
          },
          {
            title: "Events",
            text: "Events published per second, by name; each is written once for all readers.",
            kind: "lines",
            unit: "ops",
            queries: [query("sum by (event) (rate(assay_events_total[$range]))", "{{event}}")],
          },
          {
            title: "Reverse indexes",
            text: "Bytes of the indexes of the indexed scheme. Empty with sealed ids alone.",
            kind: "lines",
            unit: "bytes",
            queries: [query("assay_index_bytes", "{{instance}}")],
          },
          {
            title: "Reverse indexes by outcome",
            text: "refused: too many were being built; not_in_advance: made only when an answer asked for it.",
            kind: "lines",
            unit: "ops",
            queries: [query("sum by (outcome) (rate(assay_index_builds_total[$range]))", "{{outcome}}")],
          },
        ],
      },
    ],
    rules: [
      {
        name: "assay_refused_by_us",
        expr: shareAbove(
          `sum by (job) (increase(assay_admit_refusals_total{purpose="submit",code=~"${limits.ownCodes}"}[10m]))`,
          requestsOf10m,
          chosen.ownRefusals,
          chosen.least,
        ),
        for: "5m",
        severity: "critical",
        summary:
          "{{ $value | humanizePercentage }} of the submissions are refused through the validator's fault.",
      },
      {
        name: "assay_refusals",
        expr: shareAbove(
          'sum by (job) (increase(assay_admit_refusals_total{purpose="submit"}[10m]))',
          requestsOf10m,
          chosen.refusals,
          chosen.least,
        ),
        for: "15m",
        severity: "warning",
        summary: "{{ $value | humanizePercentage }} of the submissions are refused.",
      },
      {
        name: "assay_internal_errors",
        expr: `sum by (job) (${happened('assay_http_requests_total{status="500"}', "10m")}) > 0`,
        for: "5m",
        severity: "critical",
        summary: "{{ $value }} requests ended in a fault of the program within ten minutes.",
      },
      {
        name: "assay_gate_full",
        expr: "sum by (instance) (rate(assay_gate_submit_refused_total[5m])) > 0",
        for: "10m",
        severity: "warning",
        summary: "The gate of {{ $labels.instance }} has refused submissions for ten minutes.",
      },
      {
        name: "assay_submissions_slow",
        expr: `histogram_quantile(0.99, sum by (job, le) (rate(assay_http_request_seconds_bucket{route="/v1/submissions"}[5m]))) > ${limits.deadlineS / 5}`,
        for: "10m",
        severity: "warning",
        summary: "One submission in a hundred waits longer than {{ $value }} s for its receipt.",
      },
      {
        name: "assay_connections_dropped",
        expr: "increase(assay_http_connections_dropped_total[10m]) > 0",
        for: "5m",
        severity: "warning",
        summary: "{{ $labels.instance }} dropped connections: as many as it may have are open.",
      },
      {
        name: "assay_clients_hold_memory",
        expr: `assay_http_held_bytes > ${Math.round(chosen.nearly * limits.heldBytes)}`,
        for: "5m",
        severity: "warning",
        summary: "Clients make {{ $labels.instance }} hold {{ $value | humanize1024 }}B: soon it cuts them.",
      },
    ],
  };
}
