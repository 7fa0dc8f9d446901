import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Fold, identityOf, type LogLine } from "../../../src/observe/fold.ts";

const line = (event: string, data?: object, level: LogLine["level"] = "warn"): LogLine => ({
  ...{ level, event, data },
});
const down = line("follow_failed", { cause: "connect ECONNREFUSED" });

describe("repeated lines", () => {
  it("are one line and one count per window, and begin anew after a window without any", () => {
    const fold = new Fold({ windowMs: 1000 });
    const printed: string[] = [];
    for (let now = 0; now <= 4000; now += 100) {
      for (const { event, data } of fold.ended(now)) printed.push(`${now} ${event} ${JSON.stringify(data)}`);
      if (now < 2500 && fold.take(down, now)) printed.push(`${now} first`);
    }
    const counted = (now: number, repeated: number) =>
      `${now} follow_failed {"cause":"connect ECONNREFUSED","repeated":${repeated},"within_s":1}`;
    assert.deepEqual(printed, ["0 first", counted(1000, 9), counted(2000, 10), counted(3000, 5)]);
    assert.equal(fold.take(down, 4100), true);
  });

  it("are counted with the members of the last one", () => {
    const fold = new Fold({ windowMs: 1000 });
    for (const attempt of [1, 2, 3])
      assert.equal(fold.take(line("retry", { attempt, delay_ms: attempt * 7 }), 0), attempt === 1);
    assert.deepEqual(fold.rest(), [line("retry", { attempt: 3, delay_ms: 21, repeated: 2, within_s: 1 })]);
    assert.deepEqual([fold.rest(), fold.ended(9999)], [[], []]);
  });

  it("are not those that differ in level, event, or any member but a measure", () => {
    const strike = { hotkey: "5A", work_id: "w1", code: "proof_invalid", until_block: 7 };
    const lines = [
      line("strike", strike),
      line("strike", { ...strike, hotkey: "5B" }),
      line("strike", { ...strike, work_id: "w2" }),
      line("strike", { ...strike, until_block: 8 }),
      line("strike", { ...strike, code: "other" }),
      line("strike", strike, "error"),
      line("struck", strike),
      line("strike", { ...strike, cause: new Error("a") }),
      line("strike", { ...strike, cause: new Error("b") }),
      line("strike"),
    ];
    assert.equal(new Set(lines.map(identityOf)).size, lines.length);
    const fold = new Fold();
    for (const each of lines) assert.equal(fold.take(each, 0), true);
  });

  it("of the level debug are all printed", () => {
    const fold = new Fold();
    for (let i = 0; i < 3; i++) assert.equal(fold.take(line("tick", {}, "debug"), 0), true);
    assert.deepEqual(fold.rest(), []);
  });

  it("are printed as they are beyond the bound on known lines", () => {
    const fold = new Fold({ linesMost: 2, windowMs: 1000 });
    for (const event of ["a", "b", "c", "c", "c"]) assert.equal(fold.take(line(event), 0), true);
    assert.equal(fold.take(line("a"), 0), false);
    fold.ended(1000);
    assert.equal(fold.take(line("c"), 1000), true);
    assert.equal(fold.take(line("c"), 1000), false);
  });
});
