import type { OverviewView, Status } from "../../src/http/handlers.ts";

export type Overview = OverviewView;

/** What the page shows of the validator: the overview, or the status alone where there is no overview. */
export type LiveDocument =
  | { readonly kind: "overview"; readonly overview: Overview }
  | { readonly kind: "status"; readonly status: Status };
