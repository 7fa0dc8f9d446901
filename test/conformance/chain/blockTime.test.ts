import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import type { ChainDoubleOptions } from "../../support/chain/options.ts";
import { realMetadataFile } from "../../support/chain/realMetadata.ts";
import { startTimeFor } from "../../support/chain/state/beacon.ts";
import { bob, charlie, WEIGHING_MS, Weighing } from "../../support/chainClient/weighing.ts";

/** Commits up to block 1060 are of an epoch whose weights are opened from there on. */
const subnet = { commitReveal: true, tempo: 60, lastEpochBlock: 1000, rateLimit: 3 };
const cases: readonly [number, string, Partial<ChainDoubleOptions>][] = [
  [3000, "metadata of our own", {}],
  ...(existsSync(realMetadataFile)
    ? [
        [12_000, "real metadata", { metadata: realMetadataFile }] as [
          number,
          string,
          Partial<ChainDoubleOptions>,
        ],
      ]
    : []),
];

for (const [slotMs, name, metadata] of cases)
  test(`timelocked weights are opened with the round that follows from blocks of ${slotMs} ms (${name})`, async (t) => {
    const startTimeMs = startTimeFor(1000, 1060, 1000, slotMs);
    const options = { startTimeMs, slotMs, blockMs: 300, ...metadata };
    const weighing = await Weighing.start(t, { subnet, options });
    await weighing.submit(17);
    assert.equal((await weighing.reached(17, "committed")).round, 1000);
    await weighing.double.control({ do: "run", blockMs: WEIGHING_MS });
    assert.deepEqual((await weighing.reached(17, "confirmed")).uids, [bob.uid, charlie.uid]);
    assert.equal(((await weighing.weights()) as unknown[]).length, 2);
  });
