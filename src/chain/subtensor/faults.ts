import { genesisName } from "../../core/genesis.ts";
import type { ChainAlarm, ChainFault } from "../../flow/chain.ts";
import type { Disagreement } from "./node.ts";

/** What of the chain's state decides whether it can be relied on. */
export interface ChainState {
  /** Of the latest finalised block; infinite while there was none. */
  readonly blockAgeMs: number;
  readonly staleAfterMs: number;
  readonly isHeightKnown: boolean;
  readonly endpoints: readonly {
    readonly name: string;
    readonly fault: string | null;
    readonly otherGenesis: string | null;
  }[];
  readonly hasMetagraph: boolean;
  readonly metagraphFault: string | null;
  /** How many blocks past its time the metagraph is; 0 while it is in time. */
  readonly metagraphLateBlocks: number;
  readonly tempo: number;
  readonly driftMs: number | null;
  readonly driftMostMs: number;
  readonly disagreement: Disagreement | null;
  /** What the runtime does not have, and what for. */
  readonly lacks: readonly string[];
}

/** Machines are within this of each other where time is kept; more is worth a look. */
export const DRIFT_WARN_MS = 2000;
/** Tempos without a fresh metagraph from which the validator is not ready. */
const LATE_TEMPOS = 2;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function heightFault(state: ChainState): ChainFault | null {
  if (state.isHeightKnown) return null;
  const each = state.endpoints.map(
    ({ name, fault }) => `${name}: ${fault ?? "open, but it sends no new blocks"}`,
  );
  const age = Number.isFinite(state.blockAgeMs)
    ? `the last finalised block arrived ${seconds(state.blockAgeMs)} ago`
    : "no finalised block has arrived yet";
  return {
    name: "height_unknown",
    what: "the chain height is unknown, so nothing is judged, dispatched or weighed",
    why: `${age}; ${each.join("; ")}`,
    remedy: "check chain.endpoints and the network, or add an endpoint",
  };
}

function metagraphFault(state: ChainState): ChainFault | null {
  const { hasMetagraph, metagraphLateBlocks, tempo, metagraphFault: why } = state;
  const isLate = metagraphLateBlocks > LATE_TEMPOS * tempo;
  if ((hasMetagraph && !isLate) || (why === null && !isLate)) return null;
  return {
    name: "metagraph_late",
    what: hasMetagraph
      ? `the metagraph is ${metagraphLateBlocks} blocks late, so newly registered miners are not known`
      : "the metagraph could not be read yet, so nobody is known to be registered",
    why: why ?? "it is being read",
    remedy: "check chain.netuid; with one endpoint, add another one to chain.endpoints",
  };
}

function driftFault({ driftMs, driftMostMs }: ChainState): ChainFault | null {
  if (driftMs === null || Math.abs(driftMs) <= driftMostMs) return null;
  return {
    name: "clock_drift",
    what: `the clock of this machine is ${seconds(Math.abs(driftMs))} ${driftMs > 0 ? "ahead of" : "behind"} the chain's`,
    why: `signatures of miners are accepted within ${seconds(driftMostMs)} (admit.signature_window_ms), so theirs look stale or from the future`,
    remedy: "set the clock right, and run a time service such as chrony",
  };
}

/** What keeps the validator from being ready. */
export function chainFaults(state: ChainState): ChainFault[] {
  return [heightFault(state), metagraphFault(state), driftFault(state)].filter((fault) => fault !== null);
}

function disagreementAlarm({ disagreement }: ChainState): ChainAlarm | null {
  if (disagreement === null) return null;
  const each = disagreement.hashes.map(({ endpoint, hash }) => `${endpoint} says ${hash}`);
  return {
    name: "endpoints_disagree",
    text: `endpoints give different hashes for finalised block ${disagreement.number}, and no weights are sent: ${each.join(", ")}; find out which follows another chain, and remove it from chain.endpoints`,
  };
}

function genesisAlarms({ endpoints }: ChainState): ChainAlarm[] {
  return endpoints.flatMap(({ name, otherGenesis }) =>
    otherGenesis === null
      ? []
      : [
          {
            name: "endpoint_of_another_chain",
            text: `${name} serves the chain ${genesisName(otherGenesis)}, not that of chain.genesis, and is not used; remove it from chain.endpoints, or correct chain.genesis`,
          },
        ],
  );
}

function driftAlarm({ driftMs }: ChainState): ChainAlarm | null {
  if (driftMs === null || Math.abs(driftMs) <= DRIFT_WARN_MS) return null;
  const side = driftMs > 0 ? "ahead of" : "behind";
  return {
    name: "clock_drift",
    text: `the clock of this machine is ${seconds(Math.abs(driftMs))} ${side} the chain's; set it right`,
  };
}

function runtimeAlarm({ lacks }: ChainState): ChainAlarm | null {
  if (lacks.length === 0) return null;
  return {
    name: "runtime_lacks",
    text: `the chain's runtime lacks ${lacks.join(", ")}; install a version of Assay that knows this runtime`,
  };
}

/** What an operator must look at although work goes on. */
export function chainAlarms(state: ChainState): ChainAlarm[] {
  const single = [disagreementAlarm(state), driftAlarm(state), runtimeAlarm(state)].filter(
    (alarm) => alarm !== null,
  );
  return [...single, ...genesisAlarms(state)];
}
