import { type Board, happened, query } from "../board.ts";
import type { Limits } from "../limits.ts";

export function chain(limits: Limits): Board {
  return {
    uid: "assay-chain",
    title: "Assay: chain",
    text: "Endpoints, blocks and the clock, and the way of the weights to the chain. Mostly empty on the local chain.",
    rows: [
      {
        title: "Endpoints and blocks",
        panels: [
          {
            title: "Age of the finalised block",
            text: "Past the line the height is unknown: nothing is judged, dispatched or weighed.",
            kind: "lines",
            unit: "s",
            queries: [
              query("assay_chain_block_age_seconds", "{{instance}} block"),
              query("assay_chain_metagraph_age_seconds", "{{instance}} metagraph"),
            ],
            limit: limits.staleS,
          },
          {
            title: "Endpoint in use",
            text: "Its place in chain.endpoints, from 1; 0 while none is healthy.",
            kind: "lines",
            unit: "none",
            queries: [query("assay_chain_endpoint_in_use", "{{instance}}")],
          },
          {
            title: "Changes and disagreements",
            text: "Changes of the endpoint in use, and heights at which two endpoints gave different hashes, per hour.",
            kind: "lines",
            unit: "short",
            queries: [
              query("sum(increase(assay_chain_endpoint_switches_total[1h]))", "changes"),
              query("sum(increase(assay_chain_disagreements_total[1h]))", "disagreements"),
            ],
          },
          {
            title: "Requests to endpoints",
            text: "By outcome.",
            kind: "stack",
            unit: "reqps",
            queries: [query("sum by (outcome) (rate(assay_chain_requests_total[$range]))", "{{outcome}}")],
          },
          {
            title: "Clock ahead of the chain",
            text: "Below 0 it is behind. Past the line, signatures of miners are refused.",
            kind: "lines",
            unit: "s",
            queries: [query("assay_chain_clock_drift_seconds", "{{instance}}")],
            limit: limits.driftMostS,
          },
          {
            title: "Neurons",
            text: "Neurons of the subnet.",
            kind: "lines",
            unit: "short",
            queries: [query("max(assay_chain_neurons)", "neurons")],
          },
        ],
      },
      {
        title: "Weights",
        panels: [
          {
            title: "Since weights were confirmed",
            text: "Finalised blocks since then; -1 before the first time. And blocks until the subnet's next epoch.",
            kind: "lines",
            unit: "short",
            queries: [
              query("assay_chain_weights_age_blocks", "{{instance}} confirmed"),
              query("assay_chain_epoch_blocks", "{{instance}} until the next epoch"),
            ],
          },
          {
            title: "Open alarms",
            text: "1 while an alarm on weights is open; docs/chain.md says what each means.",
            kind: "states",
            unit: "none",
            queries: [query("max by (alarm) (assay_chain_weights_alarm)", "{{alarm}}")],
          },
          {
            title: "Attempts",
            text: "Extrinsics sent and failed, plans committed, confirmed and missed, per hour.",
            kind: "stack",
            unit: "short",
            queries: [
              query("sum by (outcome) (increase(assay_chain_weights_attempts_total[1h]))", "{{outcome}}"),
            ],
          },
          {
            title: "Rows left out",
            text: "Rows whose hotkey was not registered any more when weights were sent, per hour.",
            kind: "lines",
            unit: "short",
            queries: [
              query("sum(increase(assay_chain_weights_left_out_total[1h]))", "on the subnet"),
              query("sum(increase(assay_weight_rows_left_out_total[1h]))", "of signed vectors"),
            ],
          },
        ],
      },
    ],
    rules: [
      {
        name: "assay_chain_stale",
        expr: `assay_chain_block_age_seconds > ${limits.staleS}`,
        for: "1m",
        severity: "critical",
        summary:
          "{{ $labels.instance }} has had no finalised block for {{ $value }} s: nothing is judged, dispatched or weighed.",
      },
      {
        name: "assay_no_endpoint",
        expr: "assay_chain_endpoint_in_use == 0",
        for: "1m",
        severity: "critical",
        summary: "No chain endpoint of {{ $labels.instance }} is healthy.",
      },
      {
        name: "assay_endpoints_unsteady",
        expr: "increase(assay_chain_endpoint_switches_total[1h]) > 6",
        for: "0m",
        severity: "warning",
        summary: "{{ $labels.instance }} changed its chain endpoint {{ $value }} times within an hour.",
      },
      {
        name: "assay_endpoints_disagree",
        expr: "increase(assay_chain_disagreements_total[15m]) > 0",
        for: "0m",
        severity: "critical",
        summary:
          "Two chain endpoints of {{ $labels.instance }} gave different hashes for one finalised block: no weights are sent.",
      },
      {
        name: "assay_metagraph_stale",
        expr: `assay_chain_metagraph_age_seconds > ${10 * limits.staleS}`,
        for: "1m",
        severity: "warning",
        summary:
          "{{ $labels.instance }} has not read the metagraph for {{ $value }} s: new and gone miners are not seen.",
      },
      {
        name: "assay_clock_drift",
        expr: `abs(assay_chain_clock_drift_seconds) > ${limits.driftWarnS}`,
        for: "5m",
        severity: "warning",
        summary: "The clock of {{ $labels.instance }} differs from the chain's by {{ $value }} s.",
      },
      {
        name: "assay_clock_wrong",
        expr: `abs(assay_chain_clock_drift_seconds) > ${limits.driftMostS}`,
        for: "2m",
        severity: "critical",
        summary:
          "The clock of {{ $labels.instance }} differs from the chain's by {{ $value }} s: signatures of miners are refused.",
      },
      {
        name: "assay_weights_alarm",
        expr: "max by (job, alarm) (assay_chain_weights_alarm) > 0",
        for: "2m",
        severity: "critical",
        summary: "Weights: {{ $labels.alarm }}. `assay chain status` says more.",
      },
      {
        name: "assay_weights_missed",
        expr: `sum by (job) (${happened('assay_chain_weights_attempts_total{outcome="missed"}', "2h")}) > 0`,
        for: "0m",
        severity: "critical",
        summary: "The weights of {{ $value }} periods did not come to the chain.",
      },
      {
        name: "assay_vector_not_sent",
        expr: `sum by (job, outcome) (${happened('assay_vectors_total{outcome=~"refused|abandoned|withheld"}', "2h")}) > 0`,
        for: "0m",
        severity: "critical",
        summary: "A weight vector was not signed or not sent: {{ $labels.outcome }}.",
      },
      {
        name: "assay_rows_left_out",
        expr: "sum by (job) (increase(assay_chain_weights_left_out_total[3h])) > 0 or sum by (job) (increase(assay_weight_rows_left_out_total[3h])) > 0",
        for: "0m",
        severity: "warning",
        summary: "{{ $value }} rows of weights were not sent: their hotkey had lost its uid.",
      },
    ],
  };
}
