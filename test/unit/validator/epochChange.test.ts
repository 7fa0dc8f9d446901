import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConfig } from "../../../src/config/load.ts";
import type { EpochRecord } from "../../../src/flow/draw.ts";
import {
  changeText,
  checkEpochNumbers,
  configuredEpochs,
  epochChange,
} from "../../../src/validator/epochChange.ts";
import { problemOf } from "../../support/thrown.ts";

const HOUR = 3_600_000;
const config = defaultConfig();
const configured = configuredEpochs(config);
const now = 480_000.5 * HOUR;

/** An open epoch of one hour as this configuration commits it. */
function record(epoch: number): EpochRecord {
  const span = { hours: 1, begins_at: epoch * HOUR, ends_at: (epoch + 1) * HOUR };
  return {
    ...{ epoch, commitment: "c", policy: configured.policy, committed_at: now, signature: "s", key_id: "k" },
    ...{ terms: { ...configured.terms, ...span }, closed_at: null, revealed_key: null },
    ...{ log_head: "c", log_length: 0 },
  };
}
const open = [479_999, 480_000, 480_001].map(record);

const store = (used: readonly number[]) => ({
  openEpochs: async () => open,
  isEpochUsed: async (epoch: number) => used.includes(epoch),
});
const every = (epoch_hours: number) => ({ challenge: { ...config.challenge, epoch_hours } });

test("an unchanged configuration waits for nothing", () => {
  assert.equal(epochChange(open, configured, now), null);
  assert.equal(epochChange([], configured, now), null);
});

test("each kind of change is named with the first epoch that is not committed", () => {
  const sat = { ...config.lanes.sat, penalty: "strike" as const };
  const changed = configuredEpochs({ ...config, lanes: { ...config.lanes, sat } });
  const change = epochChange(open, changed, now);
  assert.deepEqual(
    [change?.from.epoch, change?.keys],
    [480_002, ["lanes.sat (tiers, penalty or max_attempts)"]],
  );
  const policy = { ...configured.policy, floor: "1/2" };
  assert.deepEqual(epochChange(open, { ...configured, policy }, now)?.keys, ["lanes.*.rate, sample"]);
  const longer = epochChange(open, { ...configured, hours: 2 }, now);
  assert.deepEqual([longer?.from.epoch, longer?.keys], [240_001, ["challenge.epoch_hours"]]);
  assert.match(
    longer ? changeText(longer) : "",
    /in force from epoch 240001, which begins at 2024-10-04T02:00/,
  );
});

test("a length whose next numbers were used before is refused, and any other is not", async () => {
  await checkEpochNumbers(store([240_000, 240_003]), every(2), now);
  for (const used of [240_001, 240_002]) {
    const problem = await problemOf(() => checkEpochNumbers(store([used]), every(2), now));
    assert.ok(problem.code === "config_invalid" && problem.faults[0]?.includes(`number ${used}`));
  }
  // Its own epochs are on record, of course.
  await checkEpochNumbers(store([480_000, 480_001, 480_002]), every(1), now);
});
