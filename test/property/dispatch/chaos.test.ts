import { describe, it } from "node:test";
import fc from "fast-check";
import { Chaos, type Deed, deeds } from "../../support/dispatch/chaos.ts";

const deed: fc.Arbitrary<Deed> = fc.record({
  do: fc.constantFrom(...deeds),
  who: fc.nat(3),
  which: fc.nat(1000),
  settles: fc.boolean(),
});

const facts = fc.record({
  rate: fc.constantFrom("0", "1/4", "1/2", "1"),
  ceiling: fc.constantFrom(1, 3, 100),
  penalty: fc.constantFrom("strike" as const, "reject" as const),
  isWarm: fc.boolean(),
  deeds: fc.array(deed, { minLength: 20, maxLength: 300, size: "max" }),
});

/** All miners are in and past their first results, so that each has several jobs at once. */
async function warmUp(chaos: Chaos): Promise<void> {
  const { world } = chaos;
  for (const who of [0, 1, 2, 3]) await chaos.do({ do: "open", who, which: 0, settles: true });
  for (let round = 0; round < 101; round++) {
    for (const who of [0, 1, 2, 3]) await chaos.do({ do: "answer", who, which: 0, settles: false });
    while (world.checks.length > 0) await chaos.do({ do: "valid", who: 0, which: 0, settles: false });
    await world.settle();
  }
}

describe("dispatch", () => {
  it("ends every job once, whatever happens in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(facts, async ({ rate, ceiling, penalty, isWarm, deeds: all }) => {
        const chaos = new Chaos(rate, ceiling, penalty);
        if (isWarm) await warmUp(chaos);
        for (const one of all) await chaos.do(one);
        await chaos.end();
      }),
      { numRuns: 150 },
    );
  });
});
