import assert from "node:assert/strict";
import { test } from "node:test";
import { medianWeight, sharesOf } from "../../../web/read/weights.ts";
import { type WeightFacts, whyWeight } from "../../../web/read/whyWeight.ts";

const row = (hotkey: string | null, weight: number) => ({ hotkey, weight, uid: null, u16: 0 });

test("equal weights have one rank, and what weighs nothing has none", () => {
  const shares = sharesOf([
    row("a", 0.2),
    row("b", 0.4),
    row("c", 0.2),
    row("d", 0),
    row(null, 0.2),
    row("e", 0.1),
  ]);
  assert.deepEqual(Object.fromEntries([...shares].map(([hotkey, { rank }]) => [hotkey, rank])), {
    b: 1,
    a: 2,
    c: 2,
    e: 4,
  });
});

test("the median is of those that have a weight", () => {
  assert.equal(medianWeight([]), null);
  assert.equal(medianWeight([row("a", 0)]), null);
  assert.equal(medianWeight([row("a", 0.1), row("b", 0), row("c", 0.3)]), 0.2);
  assert.equal(medianWeight([row("a", 0.1), row("b", 0.2), row("c", 0.7)]), 0.2);
});

const facts = (change: Partial<WeightFacts["miner"]>, rest: Partial<WeightFacts> = {}): WeightFacts => ({
  miner: {
    ...{
      hotkey: "5F",
      standing: "active",
      first_seen_block: 0,
      last_seen_block: 90,
      until_block: null,
      strikes: 0,
    },
    counts: { submitted: 10, accepted: 8, rejected: 2, void: 0 },
    ...change,
  },
  status: {
    ...{ block: 100, block_ms: 12_000, lanes: [] },
    judge: { strikes: 1, window_blocks: 7200, suspension_tempos: 20, cold_start_blocks: 1800 },
  },
  ...{ share: null, paid: 3, median: 0.2 },
  ...rest,
});

test("who weighs nothing is told why, and for how long", () => {
  assert.match(
    whyWeight(facts({ standing: "suspended", until_block: 105 })).join(" "),
    /suspended, and weighs nothing for 5 more blocks, about 1 min/,
  );
  assert.match(
    whyWeight(facts({ standing: "cold_start" })).join(" "),
    /for 1,700 more blocks, about 5 h 40 min/,
  );
  assert.match(whyWeight(facts({}, { paid: null })).join(" "), /No weights have been signed yet/);
  assert.match(
    whyWeight(facts({ counts: { submitted: 0, accepted: 0, rejected: 0, void: 0 } })).join(" "),
    /no answer yet/,
  );
  assert.match(
    whyWeight(facts({ counts: { submitted: 5, accepted: 0, rejected: 4, void: 1 } })).join(" "),
    /None of its 5 answers was accepted: 4 rejected, 1 void/,
  );
  assert.match(
    whyWeight(facts({})).join(" "),
    /^The last vector has no weight for it.*older than the window/,
  );
  const push = { name: "groth16", mode: "push" as const, kinds: [], tiers: [] };
  const lanes = [{ ...push, rate: "1", penalty: "strike" as const, share: 1 }];
  const young = facts({});
  assert.match(
    whyWeight({ ...young, status: { ...young.status, lanes } }).join(" "),
    /In groth16.*first 100 results/,
  );
});

test("who has a weight is told its share, its rank and the median", () => {
  const lines = whyWeight(facts({}, { share: { weight: 0.4, rank: 1 } }));
  assert.match(
    lines.join(" "),
    /40 % of all weight: rank 1 of 3.*2 times the median of 20 %.*80 % of its decided/,
  );
  assert.match(whyWeight(facts({}, { share: { weight: 0.2, rank: 2 } })).join(" "), /That is the median/);
  const late = whyWeight(
    facts({ standing: "suspended", until_block: 101 }, { share: { weight: 0.4, rank: 1 } }),
  );
  assert.match(late.join(" "), /suspended after that vector was signed/);
});
