import assert from "node:assert/strict";
import { test } from "node:test";
import { timelineText } from "../../../src/cli/timeline.ts";
import type { WeightPlanSummary } from "../../../src/http/handlers.ts";

const plan: WeightPlanSummary = {
  ...{ period: 18_000, state: "committed", method: "timelocked", reason: null, attempts: 1 },
  ...{ planned_at: 0, changed_at: 60_000, extrinsic: `0x${"ab".repeat(32)}` },
  blocks: { planned: 6_480_000, submitted: 6_480_001, committed: 6_480_003 },
};

test("a timeline has one line per period, its blocks by state, and the reason below", () => {
  const missed = {
    ...plan,
    period: 17_999,
    state: "missed",
    reason: "the hotkey is not registered",
  } as const;
  const bare = { ...missed, method: null, blocks: { planned: 1, missed: 2 }, extrinsic: null };
  const lines = timelineText([plan, bare], 120_000).split("\n");
  assert.match(
    lines[0] ?? "",
    /^period +state +method +planned +submitted +committed +revealed +ended +age +extrinsic$/,
  );
  assert.match(
    lines[1] ?? "",
    /^18000 +committed +timelocked +6480000 +6480001 +6480003 +- +- +60 s +0xababab\.\.abab$/,
  );
  assert.match(lines[2] ?? "", /^17999 +missed +- +1 +- +- +- +2 +60 s +-$/);
  assert.equal(lines[3], "  the hotkey is not registered");
  assert.ok(lines.every((line) => line.length <= 120));
});

test("without plans it says why", () => {
  assert.match(timelineText([], 0), /local chain keeps none/);
});
