import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Timeline } from "../../../../sim/engine/timeline.ts";

/** All that is due is let happen; the moments at which something did. */
function played(line: Timeline, until = 1e9): number[] {
  const moments: number[] = [];
  while (line.step(until)) moments.push(line.now);
  return moments;
}

describe("the clock", () => {
  it("stands still, jumps to the next event, and shows wall and monotonic time", () => {
    const line = new Timeline(1_000_000);
    line.after(40, () => undefined);
    assert.deepEqual([line.clock.nowMs(), line.clock.monotonicMs(), line.now], [1_000_000, 0, 0]);
    assert.equal(line.step(100), true);
    assert.deepEqual([line.clock.nowMs(), line.clock.monotonicMs(), line.now], [1_000_040, 40, 40]);
  });

  it("goes to the end where nothing comes before it, and what comes later is left for later", () => {
    const line = new Timeline(0);
    let times = 0;
    line.after(101, () => times++);
    assert.equal(line.step(100), false);
    assert.deepEqual([line.now, times, line.happened], [100, 0, 0]);
    assert.equal(line.step(101), true);
    assert.deepEqual([line.now, times, line.happened], [101, 1, 1]);
    assert.equal(line.step(101), false);
  });

  it("takes whole ms: rounded, and never in the past", () => {
    const line = new Timeline(0);
    const seen: string[] = [];
    for (const ms of [2.5, 1.4, -5, 0.2]) line.after(ms, () => seen.push(`${ms} at ${line.now}`));
    played(line);
    assert.deepEqual(seen, ["-5 at 0", "0.2 at 0", "1.4 at 1", "2.5 at 3"]);
  });
});

describe("one moment", () => {
  it("appends events scheduled now, and runs them in the same step", () => {
    const line = new Timeline(0);
    const seen: string[] = [];
    line.after(5, () => {
      seen.push("first");
      line.after(0, () => {
        seen.push("third");
        line.after(0, () => seen.push("fourth"));
      });
    });
    line.after(5, () => seen.push("second"));
    assert.deepEqual(played(line), [5]);
    assert.deepEqual(seen, ["first", "second", "third", "fourth"]);
    assert.equal(line.happened, 4);
  });

  it("runs events scheduled earlier before those scheduled later", () => {
    const line = new Timeline(0);
    const seen: string[] = [];
    line.after(70_000, () => seen.push("from afar"));
    line.after(69_999, () => line.after(1, () => seen.push("from near")));
    line.after(4464, () => line.after(65_536, () => seen.push("from the edge")));
    line.after(4465, () => line.after(65_535, () => seen.push("from within")));
    played(line);
    assert.deepEqual(seen, ["from afar", "from the edge", "from within", "from near"]);
  });
});

describe("what is far", () => {
  it("comes at its time: 65,535, 65,536 and 65,537 ms, and a year", () => {
    const line = new Timeline(0);
    const year = 366 * 86_400_000;
    const times = [year, 65_537, 65_535, 131_072, 65_536, 1];
    for (const ms of times) line.after(ms, () => undefined);
    assert.deepEqual(
      played(line, 2 * year),
      times.toSorted((a, b) => a - b),
    );
  });

  it("does not come a turn of the wheel early", () => {
    const line = new Timeline(0);
    const seen: number[] = [];
    line.after(10, () => line.after(65_536, () => seen.push(line.now)));
    line.after(11, () => seen.push(line.now));
    played(line);
    assert.deepEqual(seen, [11, 65_546]);
  });
});

describe("again and again", () => {
  it("repeats at its interval while it is wanted", () => {
    const line = new Timeline(0);
    const seen: number[] = [];
    line.every(40_000, () => {
      seen.push(line.now);
      return seen.length < 4;
    });
    played(line);
    assert.deepEqual(seen, [40_000, 80_000, 120_000, 160_000]);
  });
});
