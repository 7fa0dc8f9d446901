import { type Board, happened, query, shareAbove } from "../board.ts";
import { chosen, type Limits } from "../limits.ts";

const checked = (metric: string, matchers: string): string =>
  `sum by (job, lane) (increase(${metric}{${matchers}}[30m]))`;
const rateOf = (series: string): string => `sum by (lane) (rate(${series}[$range]))`;
/** Answers known to be wrong are verified, and counted, like those of miners. */
const canaries = checked("assay_canaries_detected_total", "");

export function economics(limits: Limits): Board {
  return {
    uid: "assay-economics",
    title: "Assay: economics",
    text: "Who cheats, what it costs, who is out, and what is paid. It shows what was drawn: it is not for miners.",
    rows: [
      {
        title: "Cheating",
        panels: [
          {
            title: "Share of invalid answers",
            text: "Of the answers that were checked, without the canaries.",
            kind: "lines",
            unit: "percentunit",
            queries: [
              query(
                'sum by (lane) (rate(assay_verified_total{outcome="invalid"}[$range])) / sum by (lane) (rate(assay_verified_total{outcome!="unsampled"}[$range]))',
                "{{lane}} answers to challenges",
              ),
              query(
                `(${rateOf('assay_proofs_verified_total{outcome="invalid"}')} - ${rateOf("assay_canaries_detected_total")}) / (${rateOf("assay_proofs_verified_total")} - ${rateOf("assay_canaries_detected_total")})`,
                "{{lane}} answers to jobs",
              ),
            ],
            limit: chosen.invalid,
          },
          {
            title: "Strikes",
            text: "Proven cheats per hour, and whether they suspended their miner.",
            kind: "stack",
            unit: "short",
            queries: [
              query(
                "sum by (lane, suspends) (increase(assay_strikes_total[1h]))",
                "{{lane}} suspends {{suspends}}",
              ),
            ],
          },
          {
            title: "Sampled share now",
            text: "Of the draws within the range, by class: what a cheat must expect. The line over time is on the board of verification.",
            kind: "lines",
            unit: "percentunit",
            queries: [
              query(
                'sum by (lane, class) (rate(assay_draws_total{sampled="true"}[$range])) / sum by (lane, class) (rate(assay_draws_total[$range]))',
                "{{lane}} {{class}}",
              ),
            ],
          },
        ],
      },
      {
        title: "Miners",
        panels: [
          {
            title: "Hotkeys",
            text: "Remembered and suspended; at the line (judge.history) those that earn least are forgotten.",
            kind: "lines",
            unit: "short",
            queries: [
              query("max(assay_hotkeys_known)", "remembered"),
              query("max(assay_suspended)", "suspended"),
            ],
            limit: limits.history,
          },
          {
            title: "Hotkeys forgotten",
            text: "retention: unseen for long; room: as many are remembered as may be. Per hour.",
            kind: "lines",
            unit: "short",
            queries: [query("sum by (why) (increase(assay_hotkeys_forgotten_total[1h]))", "{{why}}")],
          },
        ],
      },
      {
        title: "Pay",
        panels: [
          {
            title: "Answers that were paid",
            text: "Accepted answers per second: checked and valid, or not drawn.",
            kind: "lines",
            unit: "ops",
            queries: [
              query(
                'sum by (lane) (rate(assay_verified_total{outcome=~"valid|unsampled"}[$range]))',
                "{{lane}} answers to challenges",
              ),
              query(
                'sum by (lane) (rate(assay_dispatch_ended_total{end="answered"}[$range]))',
                "{{lane}} answers to jobs",
              ),
            ],
          },
          {
            title: "Ends of work",
            text: "Submissions and answered jobs by how they ended.",
            kind: "stack",
            unit: "ops",
            queries: [
              query("sum by (mode, state) (rate(assay_concluded_total[$range]))", "{{mode}} {{state}}"),
            ],
          },
          {
            title: "Accepted answers by standing",
            text: "Those of miners in cold start or suspended have no weight.",
            kind: "stack",
            unit: "ops",
            queries: [
              query("sum by (mode, standing) (rate(assay_accepted_total[$range]))", "{{mode}} {{standing}}"),
            ],
          },
          {
            title: "Burn not paid as configured",
            text: "Vectors whose burn share went to nobody, or stayed with the validator. Per hour.",
            kind: "lines",
            unit: "short",
            queries: [query("sum(increase(assay_burn_dropped_total[1h]))", "vectors")],
          },
        ],
      },
    ],
    rules: [
      {
        name: "assay_invalid_answers",
        expr: [
          shareAbove(
            checked("assay_verified_total", 'outcome="invalid"'),
            checked("assay_verified_total", 'outcome!="unsampled"'),
            chosen.invalid,
            chosen.least,
          ),
          shareAbove(
            `${checked("assay_proofs_verified_total", 'outcome="invalid"')} - ${canaries}`,
            `${checked("assay_proofs_verified_total", "")} - ${canaries}`,
            chosen.invalid,
            chosen.least,
          ),
        ].join(" or "),
        for: "15m",
        severity: "warning",
        summary:
          "{{ $value | humanizePercentage }} of the checked answers of lane {{ $labels.lane }} are wrong.",
      },
      {
        name: "assay_many_suspended",
        expr: `max by (job) (assay_suspended) / max by (job) (assay_hotkeys_known) > ${limits.selfFaultShare}`,
        for: "10m",
        severity: "warning",
        summary: "{{ $value | humanizePercentage }} of the known hotkeys are suspended.",
      },
      {
        name: "assay_hotkeys_forgotten",
        expr: `sum by (job) (${happened('assay_hotkeys_forgotten_total{why="room"}', "1h")}) > 0`,
        for: "0m",
        severity: "warning",
        summary:
          "More hotkeys come than are remembered (judge.history): {{ $value }} were forgotten within an hour.",
      },
      {
        name: "assay_burn_dropped",
        expr: "sum by (job) (increase(assay_burn_dropped_total[3h])) > 0",
        for: "0m",
        severity: "critical",
        summary: "The burn's share did not go to its hotkey.",
      },
    ],
  };
}
