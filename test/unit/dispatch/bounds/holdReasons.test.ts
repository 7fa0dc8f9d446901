import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { holdReasonOf, lowerCeiling } from "../../../../src/dispatch/bounds/holdReasons.ts";
import { Totals } from "../../../../src/dispatch/bounds/totals.ts";

describe("reasons to hold jobs back", () => {
  const open = {
    ...{ draining: false, intakeStop: null },
    ...{ block: 1, ceiling: 5, pressureCeiling: 5, bytes: 100, verificationHasRoom: true },
  } as const;

  it("there are none below every bound, and one at each of them", () => {
    const totals = new Totals();
    totals.inFlight = 4;
    totals.bytes = 99;
    const held = (bounds: Partial<Parameters<typeof holdReasonOf>[1]>) =>
      holdReasonOf(totals, { ...open, ...bounds }, 0);
    assert.equal(held({}), null);
    assert.equal(held({ ceiling: null, pressureCeiling: null }), null);
    assert.equal(held({ draining: true }), "draining");
    assert.equal(held({ intakeStop: "storage_full", block: null }), "storage_full");
    assert.equal(held({ block: null }), "height_unknown");
    assert.equal(held({ ceiling: 4 }), "ceiling");
    assert.equal(held({ ceiling: 0 }), "ceiling");
    assert.equal(held({ pressureCeiling: 4 }), "memory");
    assert.equal(held({ bytes: 99 }), "bytes");
    assert.equal(held({ verificationHasRoom: false }), "verification");
  });

  it("last a second after a refusal, doubling to thirty, until something is recorded", () => {
    const totals = new Totals();
    let now = 0;
    const pauses = Array.from({ length: 7 }, () => {
      totals.refused(now);
      let ms = 0;
      while (totals.isPaused(now + ms)) ms += 500;
      now += ms;
      return ms / 1000;
    });
    assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30]);
    totals.recorded();
    totals.refused(now);
    assert.deepEqual([totals.isPaused(now + 999), totals.isPaused(now + 1000)], [true, false]);
  });

  it("are of the lower of two ceilings", () => {
    assert.deepEqual(
      [lowerCeiling(null, null), lowerCeiling(3, null), lowerCeiling(null, 0), lowerCeiling(2, 3)],
      [null, 3, 0, 2],
    );
  });
});
