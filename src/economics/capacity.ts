/** Costs of one submission, in microseconds of one core, by component. */
export interface SubmissionCosts {
  /** The main thread of the `api` process that takes it. */
  readonly api: number;
  /** Checking its signature, in a worker of that process: of a hotkey, and of a session. */
  readonly hotkeySignature: number;
  readonly sessionSignature: number;
  /** The `verify` process: taking it up and recording its verdict, without the check itself. */
  readonly verify: number;
  /** The PostgreSQL server. */
  readonly database: number;
  /** How long the row of its epoch is locked, in microseconds of time: admissions of one epoch take turns. */
  readonly lock: number;
  /** Bytes on the server's disk until its epoch is dropped. */
  readonly bytes: number;
  /** Bytes of write-ahead log. */
  readonly walBytes: number;
}

/** What is asked of the validator. */
export interface Demand {
  readonly submissionsPerS: number;
  /** Share of the submissions that are signed with a session's key. */
  readonly sessionShare: number;
  /** One check of an answer, in microseconds of one core, and the share of the submissions that are checked. */
  readonly checkUs: number;
  readonly sampledShare: number;
  /** Hours until an epoch's rows are dropped. */
  readonly keptHours: number;
  /** The share of a core that is planned with; the rest is for peaks. */
  readonly use: number;
  readonly coresPerMachine: number;
}

/** Machines, processes and cores for a demand. */
export interface CapacityPlan {
  readonly processes: { readonly api: number; readonly verify: number; readonly weigh: number };
  /** Cores that are busy on average, by component. */
  readonly cores: {
    readonly api: number;
    readonly signatures: number;
    readonly verify: number;
    readonly database: number;
  };
  readonly machines: number;
  readonly database: {
    readonly cores: number;
    readonly disk_gb: number;
    readonly wal_mb_per_s: number;
    /** Share of the time in which the row of the epoch is locked. */
    readonly lock_share: number;
    /** The most submissions per second that one primary takes: of its cores none is idle, or the lock is never free. */
    readonly most_per_s: number;
  };
  /** Whether one primary is enough. */
  readonly fits: boolean;
}

const US = 1_000_000;

const signatureUs = (costs: SubmissionCosts, sessionShare: number): number =>
  sessionShare * costs.sessionSignature + (1 - sessionShare) * costs.hotkeySignature;

/** Throws RangeError for a number that is no demand. */
function checkDemand(demand: Demand): void {
  const shares = [demand.sessionShare, demand.sampledShare];
  if (shares.some((share) => !(share >= 0 && share <= 1))) throw new RangeError("a share is from 0 to 1");
  if (!(demand.use > 0 && demand.use <= 1)) throw new RangeError("the share of a core is above 0, at most 1");
  const rest = [demand.submissionsPerS, demand.checkUs, demand.keptHours];
  if (rest.some((value) => !(value >= 0 && Number.isFinite(value))))
    throw new RangeError("a rate or a time is a number from 0 on");
  if (!(demand.coresPerMachine >= 1)) throw new RangeError("a machine has at least one core");
}

/** What the demand takes, at these costs. */
export function capacity(demand: Demand, costs: SubmissionCosts): CapacityPlan {
  checkDemand(demand);
  const { submissionsPerS, use, coresPerMachine } = demand;
  const coresOf = (us: number): number => (submissionsPerS * us) / US;
  const cores = {
    api: coresOf(costs.api),
    signatures: coresOf(signatureUs(costs, demand.sessionShare)),
    verify: coresOf(costs.verify + demand.sampledShare * demand.checkUs),
    database: coresOf(costs.database),
  };
  const databaseCores = Math.max(1, Math.ceil(cores.database / use));
  const most = Math.min(US / costs.lock, (databaseCores * US) / costs.database);
  const ours = cores.api + cores.signatures + cores.verify;
  return {
    processes: {
      api: Math.max(1, Math.ceil(cores.api / use)),
      verify: Math.max(1, Math.ceil(cores.verify / (use * coresPerMachine))),
      weigh: 2,
    },
    cores,
    machines: Math.max(1, Math.ceil(ours / (use * coresPerMachine))) + 1,
    database: {
      cores: databaseCores,
      disk_gb: (submissionsPerS * 3600 * demand.keptHours * costs.bytes) / 1e9,
      wal_mb_per_s: (submissionsPerS * costs.walBytes) / 1e6,
      lock_share: (submissionsPerS * costs.lock) / US,
      most_per_s: most,
    },
    fits: submissionsPerS * costs.lock < use * US,
  };
}

/**
 * The submissions per second that `processes` of role `api` take, where everything shares `cores`: the database, the checks, and
 * `clientUs` per submission of whatever else runs there. The least of three limits: their main threads, the cores, the lock.
 */
export function throughput(
  given: Pick<Demand, "sessionShare" | "checkUs" | "sampledShare"> & {
    readonly processes: number;
    readonly cores: number;
    readonly clientUs: number;
  },
  costs: SubmissionCosts,
): number {
  const all =
    costs.api +
    signatureUs(costs, given.sessionShare) +
    costs.verify +
    given.sampledShare * given.checkUs +
    costs.database +
    given.clientUs;
  return Math.min((given.processes * US) / costs.api, (given.cores * US) / all, US / costs.lock);
}
