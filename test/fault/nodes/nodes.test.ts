import assert from "node:assert/strict";
import { test } from "node:test";
import { scaled, seedOf } from "../../support/fault/scale.ts";
import { faultsOf, type InvariantName } from "../../support/nodes/checker.ts";
import { ignoresItsLease, noFence, noOwner, noRowLock, tellsNoTaking } from "../../support/nodes/mutants.ts";
import { type Mutant, runNodes } from "../../support/nodes/run.ts";

const RUNS = scaled(7, 1000);
/** Progress is told this often. */
const TELL_EVERY = 100;

test("several processes over one store keep every promise through any fault", async () => {
  const first = seedOf("nodes");
  const told = new Map<string, number>();
  for (let seed = first; seed < first + RUNS; seed++) {
    const run = await runNodes(seed);
    assert.deepEqual(faultsOf(run), [], `SEED=${seed}`);
    const done = seed - first + 1;
    if (done % TELL_EVERY === 0) console.log(`${done} of ${RUNS} runs of several processes hold`);
    for (const { kind } of run.history.told) told.set(kind, (told.get(kind) ?? 0) + 1);
  }
  // A run in which nothing happens breaks no promise either.
  for (const kind of ["receipt", "suspended", "job", "order", "signed", "key"])
    assert.ok(told.has(kind), `no ${kind}`);
});

test("the same seed is the same run", async () => {
  const [one, other] = [await runNodes(7), await runNodes(7)];
  const textOf = ({ history }: typeof one): string =>
    JSON.stringify([
      history.effects.map(({ at, process, name, refused }) => [at, process, name, refused]),
      history.told,
    ]);
  assert.equal(textOf(one), textOf(other));
});

const mutants: readonly {
  readonly name: string;
  readonly of: () => Mutant;
  readonly breaks: InvariantName;
}[] = [
  { name: "a store that checks no fence", of: () => noFence, breaks: "leaderWritesAreFenced" },
  { name: "a store that admits without a lock", of: noRowLock, breaks: "admitsOnce" },
  { name: "a store that takes verdicts of any node", of: () => noOwner, breaks: "verdictsAreOwned" },
  { name: "a store that tells of no stream taken", of: () => tellsNoTaking, breaks: "replacedStreamsEnd" },
  { name: "a leader that ignores its lease", of: () => ignoresItsLease, breaks: "leaderWritesAreFenced" },
];

/** Runs within which each mutant is found; the slowest to find takes 17. */
const MUTANT_RUNS = 40;

for (const { name, of, breaks } of mutants)
  test(`${name} is found`, async () => {
    for (let seed = 1; seed <= MUTANT_RUNS; seed++) {
      const faults = faultsOf(await runNodes(seed, of()));
      if (faults.some((fault) => fault.startsWith(`${breaks}:`))) return;
    }
    assert.fail(`${MUTANT_RUNS} runs break no rule`);
  });
