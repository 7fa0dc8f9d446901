import { initial } from "./0001-initial.ts";
import { jobs } from "./0002-jobs.ts";
import { heads } from "./0003-heads.ts";
import { period } from "./0004-period.ts";
import { bounded } from "./0005-bounded.ts";
import { identity } from "./0006-identity.ts";
import { customers } from "./0007-customers.ts";
import { epochTerms } from "./0008-epochs.ts";
import { weightPlans } from "./0009-weight-plans.ts";
import { shared } from "./0010-shared.ts";
import { history } from "./0011-history.ts";
import { alerts } from "./0012-alerts.ts";
import { reasons } from "./0013-reasons.ts";

/** Every migration in order; number `n` takes a file from version `n - 1` to `n`. Never edited once released. */
export const migrations: readonly string[] = [
  initial,
  jobs,
  heads,
  period,
  bounded,
  identity,
  customers,
  epochTerms,
  weightPlans,
  shared,
  history,
  alerts,
  reasons,
];
