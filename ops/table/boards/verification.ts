import { type Board, happened, query } from "../board.ts";
import { chosen, type Limits } from "../limits.ts";

export function verification(limits: Limits): Board {
  return {
    uid: "assay-verification",
    title: "Assay: verification",
    text: "What is drawn, what is checked, whether checks keep up, and whether sampling is what was promised. It shows what was drawn: it is not for miners.",
    rows: [
      {
        title: "Answers to challenges",
        panels: [
          {
            title: "Pending",
            text: "Verification units that wait or run, and answers that were put on record and not decided, where other processes check them.",
            kind: "lines",
            unit: "short",
            queries: [
              query("assay_verify_pending", "{{instance}}"),
              query("max(assay_verify_backlog)", "undecided on record"),
            ],
          },
          {
            title: "Concluded",
            text: "By outcome; unsampled ones were not drawn and are accepted.",
            kind: "stack",
            unit: "ops",
            queries: [
              query("sum by (lane, outcome) (rate(assay_verified_total[$range]))", "{{lane}} {{outcome}}"),
            ],
          },
          {
            title: "Time of a check",
            text: "From its turn to its outcome.",
            kind: "lines",
            unit: "s",
            queries: [0.5, 0.99].map((part) =>
              query(
                `histogram_quantile(${part}, sum by (le, lane) (rate(assay_verify_seconds_bucket[$range])))`,
                `{{lane}} p${part * 100}`,
              ),
            ),
          },
          {
            title: "Faults of checks",
            text: "Checks that ended in error: nobody's fault, tried three times, then void. And verdicts that the store did not take.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum by (lane, code) (rate(assay_verify_faults_total[$range]))", "{{lane}} {{code}}"),
              query("sum by (what) (rate(assay_verify_unrecorded_total[$range]))", "not recorded: {{what}}"),
              query("sum by (lane) (rate(assay_submission_ends_lost_total[$range]))", "{{lane}} end lost"),
            ],
          },
        ],
      },
      {
        title: "Answers to jobs",
        panels: [
          {
            title: "Proofs pending",
            text: "Verification units of answers, and answers that wait for room. Answers that wait for long mean that dispatch outran verification.",
            kind: "lines",
            unit: "short",
            queries: [
              query("assay_proofs_pending", "{{instance}} pending"),
              query("assay_proofs_overflow", "{{instance}} waiting for room"),
            ],
          },
          {
            title: "Verdicts",
            text: "Drawn answers by outcome.",
            kind: "stack",
            unit: "ops",
            queries: [
              query(
                "sum by (lane, outcome) (rate(assay_proofs_verified_total[$range]))",
                "{{lane}} {{outcome}}",
              ),
            ],
          },
          {
            title: "Time to a verdict",
            text: "From the arrival of an answer at verification.",
            kind: "lines",
            unit: "s",
            queries: [0.5, 0.95].map((part) =>
              query(
                `histogram_quantile(${part}, sum by (le, lane) (rate(assay_proof_seconds_bucket[$range])))`,
                `{{lane}} p${part * 100}`,
              ),
            ),
          },
          {
            title: "Proofs per batch",
            text: "Mean number of answers that were checked together; larger ones cost less each.",
            kind: "lines",
            unit: "short",
            queries: [
              query(
                "sum by (lane) (rate(assay_proof_batch_sum[$range])) / sum by (lane) (rate(assay_proof_batch_count[$range]))",
                "{{lane}}",
              ),
            ],
          },
          {
            title: "Faults of proofs",
            text: "Checks that ended in error, answers that found verification full, ends that could not be recorded.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum by (lane, code) (rate(assay_proof_faults_total[$range]))", "{{lane}} {{code}}"),
              query("sum by (lane) (rate(assay_proofs_overflowed_total[$range]))", "{{lane}} found it full"),
              query("sum by (lane) (rate(assay_job_ends_lost_total[$range]))", "{{lane}} end lost"),
            ],
          },
        ],
      },
      {
        title: "Sampling",
        panels: [
          {
            title: "Draws",
            text: "Sampling decisions per second, by lane and class.",
            kind: "lines",
            unit: "ops",
            queries: [
              query(
                "sum by (lane, class, sampled) (rate(assay_draws_total[$range]))",
                "{{lane}} {{class}} sampled {{sampled}}",
              ),
            ],
          },
          {
            title: "Realised rate",
            text: "Share of the draws that were sampled since the start, by lane and class. It must be the configured one; the alarm decides whether a difference is chance.",
            kind: "lines",
            unit: "percentunit",
            queries: [query("max by (lane, class) (assay_sample_realised_ratio)", "{{lane}} {{class}}")],
          },
          {
            title: "Alarms on the rate",
            text: "Realised rates that left the design since the start of the process, of a lane or of a miner.",
            kind: "number",
            unit: "none",
            queries: [
              query(
                "sum by (lane, class, of) (assay_sample_rate_alarms_total) or vector(0)",
                "{{lane}} {{class}} of a {{of}}",
              ),
            ],
            limit: 1,
          },
          {
            title: "Canaries",
            text: "Answers known to be wrong: all must be detected.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum by (lane) (rate(assay_canaries_detected_total[$range]))", "{{lane}} detected"),
              query(
                "sum by (lane, why) (rate(assay_canaries_undetected_total[$range]))",
                "{{lane}} undetected: {{why}}",
              ),
            ],
          },
          {
            title: "Not watched",
            text: "Series of draws that are no longer tested, and signed heads of the log that were not recorded.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum by (of) (rate(assay_sample_watch_dropped_total[$range]))", "series of a {{of}}"),
              query("sum(rate(assay_log_heads_refused_total[$range]))", "heads refused"),
            ],
          },
        ],
      },
      {
        title: "Worker threads",
        panels: [
          {
            title: "Tasks",
            text: "Tasks per second by kind and outcome.",
            kind: "stack",
            unit: "ops",
            queries: [
              query("sum by (kind, outcome) (rate(assay_pool_tasks_total[$range]))", "{{kind}} {{outcome}}"),
            ],
          },
          {
            title: "Tasks waiting",
            text: "Tasks without a worker.",
            kind: "lines",
            unit: "short",
            queries: [query("assay_pool_waiting", "{{instance}}")],
          },
          {
            title: "Workers lost, tasks refused",
            text: "overdue: a task ran past its deadline, and its thread was ended; died: the thread ended by itself.",
            kind: "lines",
            unit: "ops",
            queries: [
              query("sum by (why) (rate(assay_pool_workers_lost_total[$range]))", "lost: {{why}}"),
              query("sum by (kind) (rate(assay_pool_refused_total[$range]))", "refused: {{kind}}"),
            ],
          },
        ],
      },
    ],
    rules: [
      {
        name: "assay_sampling_off_design",
        expr: 'assay_sample_rate_alarms_total{of="lane"} > 0',
        for: "0m",
        severity: "critical",
        summary:
          "The sample rate of lane {{ $labels.lane }}, class {{ $labels.class }}, is not the configured one.",
      },
      {
        name: "assay_sampling_off_design_for_a_miner",
        expr: 'assay_sample_rate_alarms_total{of="miner"} > 0',
        for: "0m",
        severity: "warning",
        summary:
          "The sample rate of a miner in lane {{ $labels.lane }} is not the configured one; the log names it.",
      },
      {
        name: "assay_canary_undetected",
        expr: happened("assay_canaries_undetected_total", "15m"),
        for: "0m",
        severity: "critical",
        summary: "A wrong answer was not found invalid in lane {{ $labels.lane }}: {{ $labels.why }}.",
      },
      {
        name: "assay_verification_behind",
        expr: 'sum by (job) (increase(assay_admit_refusals_total{code="verify_backlog"}[5m])) > 0',
        for: "5m",
        severity: "critical",
        summary: "Verification does not keep up: submissions are refused.",
      },
      {
        name: "assay_backlog_grows",
        expr: `max by (job) (assay_verify_backlog) > ${Math.round(chosen.nearly * limits.backlog)}`,
        for: "2m",
        severity: "warning",
        summary:
          "{{ $value }} answers are undecided: soon no more are admitted. Do processes with role verify run?",
      },
      {
        name: "assay_proofs_behind",
        expr: "min_over_time(assay_proofs_overflow[10m]) > 0",
        for: "0m",
        severity: "warning",
        summary:
          "Answers have waited for room in the verification of {{ $labels.instance }} for ten minutes.",
      },
      {
        name: "assay_checks_failing",
        expr: `sum by (lane, code) (${happened("assay_verify_faults_total", "10m")}) > 0 or sum by (lane, code) (${happened("assay_proof_faults_total", "10m")}) > 0`,
        for: "5m",
        severity: "warning",
        summary:
          "Checks of lane {{ $labels.lane }} end in error: {{ $labels.code }}. Nobody is punished or paid for them.",
      },
      {
        name: "assay_workers_lost",
        expr: `sum by (why) (${happened("assay_pool_workers_lost_total", "30m")}) > 2`,
        for: "0m",
        severity: "warning",
        summary: "{{ $value }} worker threads were lost within half an hour: {{ $labels.why }}.",
      },
      {
        name: "assay_ends_lost",
        expr: `sum by (lane) (${happened("assay_submission_ends_lost_total", "1h")}) > 0 or sum by (lane) (${happened("assay_job_ends_lost_total", "1h")}) > 0`,
        for: "0m",
        severity: "critical",
        summary:
          "The store refused the ends of {{ $value }} pieces of work in lane {{ $labels.lane }} for good.",
      },
      {
        name: "assay_draws_not_watched",
        expr: `sum by (of) (${happened("assay_sample_watch_dropped_total", "1h")}) > 0`,
        for: "0m",
        severity: "warning",
        summary: "More series of draws (of a {{ $labels.of }}) than are tested: an alarm could be missed.",
      },
    ],
  };
}
