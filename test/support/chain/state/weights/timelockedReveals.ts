import { AccountId, Bytes, Struct, u16, u64, Vector } from "@polkadot-api/substrate-bindings";
import { decrypt } from "../../../../../src/chain/subtensor/timelock/decrypt.ts";
import type { EventValue } from "../dispatch.ts";
import type { State } from "../state.ts";
import { currentEpoch } from "./hashCommits.ts";
import { applyWeights } from "./setWeights.ts";
import { storageIndex } from "./subnet.ts";
import { type TimelockedEntry, timelockedEntries } from "./timelockedCommits.ts";

const pallet = "SubtensorModule";

const payload = Struct({ hotkey: Bytes(), uids: Vector(u16), values: Vector(u16), versionKey: u64 });
const accountId = AccountId(42);

type Emit = (event: EventValue) => void;

interface Place {
  readonly state: State;
  readonly block: number;
  readonly netuid: number;
  readonly mechanism: number;
  readonly emit: Emit;
}

function opened(commit: Uint8Array, signature: Uint8Array) {
  const read = payload.dec(Uint8Array.from(decrypt(commit, signature)));
  return { ...read, hotkey: accountId.dec(read.hotkey) };
}

/** Sets what a commit holds. Throws where it cannot be read, or where the weights are refused. */
function reveal(
  { state, block, netuid, mechanism, emit }: Place,
  entry: TimelockedEntry,
  signature: Uint8Array,
): void {
  const [signer, , commit] = entry;
  const { hotkey, uids, values, versionKey } = opened(commit, signature);
  if (hotkey !== signer) throw new Error("the commit is of another hotkey");
  const trial = state.next();
  const events: EventValue[] = [];
  const dispatch = { state: trial, block, signer, emit: (event: EventValue) => events.push(event) };
  applyWeights(dispatch, { netuid, mechanism, uids, values, versionKey });
  state.replaceBy(trial);
  for (const event of events) emit(event);
  emit({ pallet, name: "TimelockedWeightsRevealed", value: [storageIndex(netuid, mechanism), signer] });
}

/** Consumes an entry whose pulse is there, whatever comes of it; false keeps it for the next block. */
function consume(place: Place, entry: TimelockedEntry): boolean {
  const pulse = place.state.get("Drand", "Pulses", entry[3]) as { signature: Uint8Array } | undefined;
  if (pulse === undefined) return false;
  try {
    reveal(place, entry, pulse.signature);
  } catch {
    // The chain only writes a trace line: a commit that cannot be read or set is gone without a word.
  }
  return true;
}

function forgetBefore(state: State, index: number, epoch: number): void {
  for (const { keys } of state.entries(pallet, "TimelockedWeightCommits", index))
    if (Number(keys[1]) < epoch) state.remove(pallet, "TimelockedWeightCommits", index, Number(keys[1]));
}

/** Reveals the commits of a subnet whose epoch has come; entries without a pulse stay as long as that epoch lasts. */
export function revealTimelocked(state: State, block: number, netuid: number, emit: Emit): void {
  const current = currentEpoch(state, netuid, block);
  const period = state.number(pallet, "RevealPeriodEpochs", netuid);
  const count = state.number(pallet, "MechanismCountCurrent", netuid);
  const due = current - period;
  for (let mechanism = 0; mechanism < count; mechanism++) {
    const index = storageIndex(netuid, mechanism);
    if (due < 0) continue;
    forgetBefore(state, index, due);
    const entries = timelockedEntries(state, index, due);
    if (entries.length === 0) continue;
    const kept = entries.filter((entry) => !consume({ state, block, netuid, mechanism, emit }, entry));
    if (kept.length === 0) state.remove(pallet, "TimelockedWeightCommits", index, due);
    else if (kept.length < entries.length) state.put(pallet, "TimelockedWeightCommits", [index, due], kept);
  }
}
