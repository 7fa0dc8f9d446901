import type { Status } from "../../src/http/handlers.ts";

/** The document of `GET /v1/overview`. */
export interface Overview {
  readonly at: number;
  readonly verdict: { readonly earning: boolean | null; readonly reason: string; readonly text: string };
  readonly next_weights: { readonly period: number; readonly block: number; readonly at: number } | null;
  readonly last_weights: { readonly period: number; readonly state: string; readonly at: number } | null;
  readonly funnel: readonly {
    readonly stage: string;
    readonly count: number;
    readonly refused: readonly { readonly code: string; readonly blame: string; readonly count: number }[];
  }[];
  readonly sampling: readonly {
    readonly lane: string;
    readonly design: number;
    readonly realised: number;
    readonly low: number;
    readonly high: number;
    readonly epoch: number;
  }[];
  readonly miners: { readonly active: number; readonly cold_start: number; readonly suspended: number };
  readonly alerts: {
    readonly firing: number;
    readonly pending: number;
    readonly muted: number;
    readonly worst: "warning" | "critical" | null;
  };
  readonly version: string;
  readonly network: string;
  readonly netuid: number;
  readonly block: number | null;
  readonly epoch: { readonly number: number; readonly ends_at: number };
}

/** What the page shows of the validator: the overview, or the status alone where there is no overview. */
export type LiveDocument =
  | { readonly kind: "overview"; readonly overview: Overview }
  | { readonly kind: "status"; readonly status: Status };
