import type {
  ChainWeightsView,
  ClosedEpochPage,
  JobPage,
  MinerDetails,
  MinerPage,
  MinerView,
  Readiness,
  Skiplist,
  Status,
  StrikePage,
  SubmissionView,
  TokenList,
  WeightPlanPage,
} from "../../src/http/handlers.ts";
import type { ConfigView } from "../../src/http/routes/configSchemas.ts";
import type { DispatchState } from "../../src/http/routes/dispatchSchemas.ts";
import type { DrainState } from "../../src/http/routes/drainSchemas.ts";
import type { NodeList } from "../../src/http/routes/nodeSchemas.ts";
import type { SystemState } from "../../src/http/routes/systemSchemas.ts";
import type { EpochRecord, StrikeList, Vector, WeightsWithPlan } from "./documents.ts";

/** A document of the validator: where it is, and its type, which is that of the route's schema. */
export interface Resource<T> {
  readonly path: string;
  /** Never set: it carries the type. */
  readonly of?: T;
}

export const resource = <T>(path: string): Resource<T> => ({ path });
const part = encodeURIComponent;

export const status = resource<Status>("v1/status");
export const readiness = resource<Readiness>("readyz");
export const miner = (hotkey: string) => resource<MinerView>(`v1/miners/${part(hotkey)}`);
export const minerDetails = (hotkey: string) => resource<MinerDetails>(`v1/miners/${part(hotkey)}/details`);
export const strikes = (hotkey: string) => resource<StrikeList>(`v1/miners/${part(hotkey)}/strikes`);
export const strikePage = (before: number | null) =>
  resource<StrikePage>(`v1/strikes?limit=500${before === null ? "" : `&before=${before}`}`);
export const submission = (id: string) => resource<SubmissionView>(`v1/admin/receipts/${part(id)}`);
export const keys = resource<{ readonly keys: readonly object[] }>("v1/keys");
export const minerPage = (after: string | null) =>
  resource<MinerPage>(`v1/miners?limit=500${after === null ? "" : `&after=${part(after)}`}`);
export const vectorOf = (period: number | null) => resource<Vector>(`v1/weights/${period ?? "latest"}`);
export const planOf = (period: number | null) =>
  resource<WeightsWithPlan>(`v1/weights/${period ?? "latest"}?with=plan`);
export const weightPlans = (before: number | null) =>
  resource<WeightPlanPage>(`v1/weights?limit=100${before === null ? "" : `&before=${before}`}`);
export const epochRecord = (epoch: number) => resource<EpochRecord>(`v1/sampling/${epoch}`);
export const closedEpochs = (before: number | null) =>
  resource<ClosedEpochPage>(`v1/sampling?limit=100${before === null ? "" : `&before=${before}`}`);
export const skiplist = resource<Skiplist>("v1/admin/skiplist");
export const nodes = resource<NodeList>("v1/admin/nodes");
export const chain = resource<ChainWeightsView>("v1/admin/chain");
export const jobs = (after: string | null) =>
  resource<JobPage>(`v1/jobs?limit=100${after === null ? "" : `&after=${part(after)}`}`);
export const tokens = resource<TokenList>("v1/admin/tokens");
export const config = resource<ConfigView>("v1/admin/config");
export const dispatch = resource<DispatchState>("v1/admin/dispatch");
export const system = resource<SystemState>("v1/admin/system");
export const drain = resource<DrainState>("v1/admin/drain");
