import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { readU64 } from "../../src/core/bytes.ts";
import { decide, drawX, sampleKey } from "../../src/sample/draw.ts";
import { ratesOf } from "../../src/sample/policy.ts";

interface Vector {
  readonly hotkey: string;
  readonly epoch: number;
  readonly draw_lane: string;
  readonly draw_work_id: string;
  readonly draw_u64: string | number;
  readonly sampled_at_0_04: boolean;
}

const file = new URL("./sealed.json", import.meta.url);
const text = readFileSync(file, "utf8");
const golden = JSON.parse(text) as { master_utf8: string; vectors: Vector[] };
const master = Buffer.from(golden.master_utf8);

describe("draws of the golden data", () => {
  assert.ok(golden.vectors.length > 0);
  for (const vector of golden.vectors) {
    const { epoch, hotkey, draw_lane: lane, draw_work_id: workId } = vector;
    it(`${workId}`, () => {
      const x = readU64(drawX(sampleKey(master, epoch), lane, hotkey, workId));
      // The text itself, since a u64 does not fit a JSON number.
      assert.match(text, new RegExp(`"draw_u64":\\s*"?${x}"?\\b`));
      assert.equal(Number(x), Number(vector.draw_u64));
      for (const rate of ["20/500", "0.04", "1/25"]) {
        const policy = {
          lanes: { [lane]: rate },
          classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
          floor: "1/100",
        };
        const facts = { epoch, lane, hotkey, workId, classes: [] };
        assert.equal(
          decide(sampleKey(master, epoch), ratesOf(policy), facts).sampled,
          vector.sampled_at_0_04,
        );
      }
    });
  }
});
