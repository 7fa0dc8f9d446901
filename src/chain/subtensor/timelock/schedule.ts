import { AssayError } from "../../../core/problems/assayError.ts";
import { quicknet } from "./quicknet.ts";

/** What decides the epochs of a subnet, all of it read at one block. */
export interface ScheduleState {
  /** The block h that it was read at. */
  readonly block: number;
  readonly lastEpochBlock: number;
  /** 0 for none. */
  readonly pendingEpochAt: number;
  readonly subnetEpochIndex: number;
  readonly tempo: number;
  readonly blocksSinceLastStep: number;
  readonly revealPeriodEpochs: number;
  /** The runtime is from before it kept epochs on record: they follow from the height. */
  readonly isByHeight?: boolean;
  /** Time per block by the runtime, ms; 12,000 where it does not say. */
  readonly blockMs?: number;
}

/** The part that blocks change. */
type EpochState = Omit<ScheduleState, "block" | "revealPeriodEpochs" | "blockMs">;

const BLOCK_MS = 12_000;
/** Blocks by which the chain may put an epoch off, when many subnets have theirs in one block. */
const SPARE_BLOCKS = 3;

/** Whether an epoch is due in a block. */
export function due(state: EpochState, block: number): boolean {
  const { lastEpochBlock, pendingEpochAt, tempo, blocksSinceLastStep } = state;
  if (tempo <= 0) return false;
  return (
    (pendingEpochAt > 0 && block >= pendingEpochAt) ||
    blocksSinceLastStep > tempo ||
    block - lastEpochBlock >= tempo
  );
}

/** The state after a block. */
export function step<State extends EpochState>(state: State, block: number): State {
  const waited = { ...state, blocksSinceLastStep: Math.min(state.blocksSinceLastStep + 1, state.tempo + 1) };
  if (!due(waited, block)) return waited;
  return {
    ...waited,
    lastEpochBlock: block,
    pendingEpochAt: 0,
    subnetEpochIndex: state.subnetEpochIndex + 1,
    blocksSinceLastStep: 0,
  };
}

/** The epoch that commits and reveals of a block belong to, by the state before its own step. */
export function epochAt(state: EpochState, block: number): number {
  return state.subnetEpochIndex + (due(state, block) ? 1 : 0);
}

/** How many blocks from a given one on are sure to be without an epoch. */
function quietBlocks(state: EpochState, block: number): number {
  const { lastEpochBlock, pendingEpochAt, tempo, blocksSinceLastStep } = state;
  const untilPending = pendingEpochAt > 0 ? pendingEpochAt - block : Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(untilPending, lastEpochBlock + tempo - block, tempo - blocksSinceLastStep));
}

/** The first block from a given one on at which an epoch may be due, with the state before it. */
function skipQuiet<State extends EpochState>(state: State, block: number): readonly [State, number] {
  const quiet = quietBlocks(state, block);
  return [{ ...state, blocksSinceLastStep: state.blocksSinceLastStep + quiet }, block + quiet];
}

/** Throws `no_epochs` for a subnet whose tempo is 0: what is committed there is never revealed. */
function refuseWithoutEpochs({ tempo }: ScheduleState): void {
  if (tempo <= 0) throw new AssayError({ code: "no_epochs" });
}

/** The next block, after that of the state, in which an epoch happens; null for a subnet without epochs. */
export function nextEpochBlock(state: ScheduleState): number | null {
  if (state.tempo <= 0) return null;
  let [at, block] = skipQuiet(state, state.block + 1);
  for (;;) {
    const after = step(at, block);
    if (after.subnetEpochIndex > at.subnetEpochIndex) return block;
    [at, block] = skipQuiet(after, block + 1);
  }
}

/** The epoch that a commit in the next block gets. Throws `no_epochs`. */
export function commitEpoch(state: ScheduleState): number {
  refuseWithoutEpochs(state);
  const block = state.block + 1;
  return epochAt(step(state, block), block);
}

/** The first block that reveals a commit of the next block. Throws `no_epochs`. */
export function revealBlock(state: ScheduleState): number {
  const target = commitEpoch(state) + state.revealPeriodEpochs;
  let at: ScheduleState = step(state, state.block + 1);
  let block = state.block + 2;
  // Ends, since an epoch follows at the latest when the last one is `tempo` blocks old.
  while (epochAt(at, block) < target) {
    const after = step(at, block);
    // An epoch that only the step made shows in the next block, quiet or not.
    if (after.subnetEpochIndex >= target) return block + 1;
    [at, block] = skipQuiet(after, block + 1);
  }
  return block;
}

/**
 * The round of the beacon that opens a commit of the next block. `timeMs` is the time of the state's block, better than a clock.
 * An earlier round only discloses the weights early, a later one loses them. Throws `no_epochs`.
 */
export function revealRound(state: ScheduleState, timeMs: number): number {
  const blocks = revealBlock(state) + SPARE_BLOCKS - state.block;
  const untilMs = timeMs + blocks * (state.blockMs ?? BLOCK_MS) - quicknet.genesisMs;
  return Math.max(1, Math.floor(untilMs / quicknet.periodMs));
}
