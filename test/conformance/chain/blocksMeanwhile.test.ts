import assert from "node:assert/strict";
import { test } from "node:test";
import { doubleFor, noWeights, openedOn } from "../../support/chainClient/opened.ts";
import { until } from "../../support/until.ts";

test("a block that comes while another is looked at is looked at too, though no block follows it", async (t) => {
  const double = await doubleFor(t, { blockMs: 0 });
  const looked: (number | undefined)[] = [];
  const held: (() => void)[] = [];
  const { node } = await openedOn(t, double.urls, {
    // Nothing but blocks may be the reason of a look.
    staleAfterMs: 3_600_000,
    weights: (of) => ({
      ...noWeights(),
      tick: async () => {
        looked.push(of.finalized()?.number);
        await new Promise<void>((resolve) => held.push(resolve));
      },
    }),
  });
  t.after(() => held.at(-1)?.());
  await until(() => looked.length === 1);
  const first = looked[0] ?? assert.fail("no block was looked at");
  await double.control({ do: "produce", blocks: 3 });
  await until(() => node.finalized()?.number === first + 3);
  // Answered after what the client itself reads of that block.
  const last = node.finalized() ?? assert.fail("no block");
  await node.schedule(last);
  assert.deepEqual(looked, [first], "one look at a time");
  held[0]?.();
  await node.schedule(last);
  assert.deepEqual(looked, [first, first + 3], "of three blocks the last one");
});
