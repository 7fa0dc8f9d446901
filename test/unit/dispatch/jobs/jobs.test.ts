import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ids } from "../../../../src/dispatch/jobs/ids.ts";
import { sizeOf } from "../../../../src/dispatch/jobs/job.ts";
import { isJobId } from "../../../../src/flow/job.ts";
import { SeededRandom } from "../../../support/dispatch/cap/queueing.ts";

it("an input has the size of its names and values", () => {
  assert.equal(sizeOf({}), 0);
  assert.equal(sizeOf({ x: "123", list: ["1", "22"] }), 1 + 3 + 4 + 3);
});

describe("ids", () => {
  it("are well formed and never the same, and seeds have 63 bits", () => {
    const ids = new Ids(new SeededRandom(1));
    const jobs = Array.from({ length: 2000 }, () => ids.jobId());
    const seeds = Array.from({ length: 2000 }, () => ids.seed());
    assert.ok(jobs.every(isJobId));
    assert.deepEqual([new Set(jobs).size, new Set(seeds).size], [2000, 2000]);
    assert.ok(seeds.every((seed) => seed >= 0n && seed < 1n << 63n));
    assert.ok(seeds.some((seed) => seed >= 1n << 62n));
  });
});
