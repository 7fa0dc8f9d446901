import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { describe, test } from "node:test";
import { RunningStore, storeOf } from "../../support/sim/store.ts";
import { came, notKept } from "../../support/sim/storeTest.ts";
import type { OpenStore } from "./fixtures.ts";

// The contract of the store, for what the simulation has of it. Whatever the modelled store does not keep is named here
// with the reason, and has to fail.

const reasons: Readonly<Record<string, readonly string[]>> = {
  "no pull lane": [
    "an epoch closes once nothing is pending in it, for ever, with its first key and head",
    "a head is recorded when it is the log's present or a past one and past the last, and only so",
    "a close and admissions that race end in one order: no line is logged after the key is out",
    "the log of each epoch is a chain of its own that starts at its commitment",
    "a log is read in pages: after a number, so many, to the end",
    "issued pages are one record per hotkey, epoch, lane and tier, from the least seq to the greatest",
    "a strike in a push lane that suspends forfeits unverified credit in every lane",
    "a strike in the pull lane that suspends forfeits unverified credit in every lane",
    "a strike in a push lane that does not suspend forfeits unverified credit in every lane",
    "a strike in the pull lane that does not suspend forfeits unverified credit in every lane",
    "a cheat of a backlog that has its strike forfeits as a strike does, and adds none",
    "a submission of such a backlog forfeits too",
    "dropped miners are forgotten with their strikes, never their suspension or what they submitted",
    "miners are listed by hotkey, after the one given",
    "writes with the fence of another time are refused and change nothing, with the present one they are done",
    "a fence whose time is over is refused, although nobody has taken the lease over",
  ],
  "miners, strikes and actions are not listed for people": [
    "each end is logged, counted, and paid when accepted",
    "a miner that never answered is not seen",
    "each sample ends once: what is not open changes nothing",
    "work sights its miner and counts what was accepted",
    "a strike for a job is stored with its exhibit, and suspends",
    "work from before a strike that is recorded after it is forfeited too; later work is not",
    "any sequence of draws, ends, strikes and work goes as the model says",
    "an empty store has an empty standing",
    "what an operator did is on record, newest first; what judge did is not",
    "closed epochs are listed from the latest on, page by page, without those still open",
    "jobs are listed as they were put in, by owner and state, a page at a time",
    "tokens are kept oldest first; a revoked one goes once it is old and its jobs are gone",
  ],
  "what is old is forgotten without being asked": [
    "retention drops the draws of an old epoch whole, however long its lines are",
    "retention drops buckets from before the window, at any number",
    "retention drops old closed epochs whole and keeps what the weigh window needs",
    "an epoch that retention dropped is never committed again, one that never was still can be",
    "retention leaves an epoch that is not closed as it is, above all what is pending",
    "retention of many rows drops them all",
    "retention drops jobs that ended before the bound, never a queued one",
  ],
  "what no stage hands in is not refused": [
    "an epoch closes only with the head that its log has: neither an older one nor another epoch's",
    "the heads of an epoch are bounded, and the last place is for the one that closes it",
    "a head is looked for so many lines back and no further",
    "one closed epoch refuses all groups of a call, and an epoch without commitment does",
    "rows that no audit could read are refused",
    "ends that come together are recorded together or not at all",
    "amounts that are none are refused, and with them all that came along",
    "a signed vector is its intent; another one for the period is refused",
    "an intent of an earlier version, which calls its period an epoch, stays and is served as it is",
  ],
  "open epochs come in the order of their commitments": ["open epochs are those not closed, in order"],
};
for (const [reason, names] of Object.entries(reasons)) for (const name of names) notKept.set(name, reason);

const standIn = new URL("../../support/sim/storeTest.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) => {
    const isCase = specifier === "node:test" && context.parentURL?.includes("/conformance/store/");
    return next(isCase ? standIn : specifier, context);
  },
});
const { customerCases } = await import("./customerCases.ts");
const { jobShareCases } = await import("./jobShareCases.ts");
const { nodeCases } = await import("./nodeCases.ts");
const { leaseCases } = await import("./leaseCases.ts");
const { streamCases } = await import("./streamCases.ts");
const { epochCases } = await import("./epochCases.ts");
const { jobModelCases } = await import("./jobModelCases.ts");
const { sampleCases } = await import("./sampleCases.ts");
const { standingCases } = await import("./standingCases.ts");
const { weightCases } = await import("./weightCases.ts");
const { workCases } = await import("./workCases.ts");

/** A directory's store stays what it was: so it does when a validator of the simulation starts again. */
const stores = new Map<string, RunningStore>();
const open: OpenStore = async (dir) => {
  const store = stores.get(dir) ?? new RunningStore();
  stores.set(dir, store);
  return storeOf(store);
};

describe("the modelled store keeps the contract of the store", () => {
  describe("epochs", () => epochCases(open));
  describe("samples", () => sampleCases(open));
  describe("work", () => workCases(open));
  describe("any sequence of calls", () => jobModelCases(open));
  describe("standing", () => standingCases(open));
  describe("customers' jobs", () => customerCases(open));
  describe("jobs shared out", () => jobShareCases(open));
  describe("nodes", () => nodeCases(open));
  describe("leases", () => leaseCases(open));
  describe("streams", () => streamCases(open));
  describe("vectors and notes", () => weightCases(open));
});

test("whatever is said not to be kept is a case of the contract, and the others are run", () => {
  assert.deepEqual(
    [...notKept.keys()].filter((name) => !came.includes(name)),
    [],
  );
  assert.ok(came.length - notKept.size >= 19, `${came.length} cases`);
});
