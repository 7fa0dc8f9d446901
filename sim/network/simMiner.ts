import { encodeHotkey } from "../../src/core/ss58.ts";
import type { SeededRandom } from "../engine/seededRandom.ts";
import type { FleetSpec } from "../scenario.ts";
import type { Behaviour } from "./behaviour.ts";

/** Counts of one miner. Money in the unit of the scenario. */
export interface Counts {
  income: number;
  cost: number;
  jobs: number;
  answered: number;
  failed: number;
  cheats: number;
  detections: number;
  suspensions: number;
  firstCheatMs: number | null;
  firstDetectionMs: number | null;
  cheatsToFirstDetection: number | null;
  /** Sum over payouts of the share of the stake that had it suspended, and of its weight. */
  suspended: number;
  weight: number;
  /** Payouts since it joined. */
  payouts: number;
  registrations: number;
}

/**
 * One miner of the network: its uid is fixed, its hotkey may change. The miners of a fleet differ only by chance.
 */
export class SimMiner {
  readonly name: string;
  readonly uid: number;
  readonly fleet: FleetSpec;
  readonly random: SeededRandom;
  readonly behaviour: Behaviour;
  readonly counts: Counts = {
    ...{ income: 0, cost: 0, jobs: 0, answered: 0, failed: 0, cheats: 0, detections: 0, suspensions: 0 },
    ...{ firstCheatMs: null, firstDetectionMs: null, cheatsToFirstDetection: null },
    ...{ suspended: 0, weight: 0, payouts: 0, registrations: 0 },
  };
  hotkey: string;
  /** The fleet's events. */
  service: FleetSpec["service_ms"];
  failing: number;
  parallel: number;
  isMute = false;
  /** Connections are gone. */
  isAway: boolean;

  constructor(
    at: { readonly number: number; readonly uid: number; readonly fleet: FleetSpec },
    random: SeededRandom,
    behaviour: Behaviour,
  ) {
    const { number, uid, fleet } = at;
    this.name = `${fleet.name}-${number}`;
    this.uid = uid;
    this.fleet = fleet;
    this.random = random;
    this.behaviour = behaviour;
    this.hotkey = encodeHotkey(random.bytes(32));
    this.service = fleet.service_ms;
    this.failing = fleet.failing;
    this.parallel = fleet.parallel;
    this.isAway = fleet.joins_ms !== null;
  }

  get joinedMs(): number {
    return this.fleet.joins_ms ?? 0;
  }

  /** Jobs at once that it claims to take. */
  get capacity(): number {
    const { strategy, capacity } = this.fleet;
    return strategy.kind === "congestor" ? Math.ceil(capacity * strategy.factor) : capacity;
  }

  cheated(nowMs: number): void {
    this.counts.cheats++;
    this.counts.firstCheatMs ??= nowMs;
  }

  detected(nowMs: number): void {
    const { counts } = this;
    counts.detections++;
    counts.firstDetectionMs ??= nowMs - (counts.firstCheatMs ?? nowMs);
    counts.cheatsToFirstDetection ??= counts.cheats;
  }

  /** Takes a new hotkey, as if another miner had joined. */
  renew(): void {
    this.hotkey = encodeHotkey(this.random.bytes(32));
    this.counts.registrations++;
  }
}
