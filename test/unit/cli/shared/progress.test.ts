import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProgressLine } from "../../../../src/cli/shared/progress.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

interface Shown {
  readonly line: ProgressLine;
  readonly clock: FakeClock;
  readonly written: string[];
  /** Lets `ms` pass, then shows; returns what that wrote. */
  readonly after: (ms: number, share: number) => string;
}

function shown(isTTY: boolean): Shown {
  const clock = new FakeClock(0);
  // The monotonic side of a process that has been there for a while.
  clock.advance(123_456);
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
  const line = new ProgressLine(clock, stream);
  const after = (ms: number, share: number): string => {
    clock.advance(ms);
    const before = written.length;
    line.show({ share, text: "work" });
    return written.slice(before).join("");
  };
  return { line, clock, written, after };
}

const clear = "\r\u001b[2K";

describe("on a terminal", () => {
  it("one line is written over, four times a second at most", () => {
    const { after } = shown(true);
    assert.equal(after(249, 0.1), "");
    assert.equal(after(1, 0.1), `${clear}10 %, work`);
    assert.equal(after(249, 0.2), "");
    assert.equal(after(1, 0.25), `${clear}25 %, work`);
  });

  it("the rest is estimated once two seconds are gone, in seconds, then in minutes", () => {
    const { after } = shown(true);
    assert.equal(after(1999, 0.5), `${clear}50 %, work`);
    assert.equal(after(2001, 0.5), `${clear}50 %, work, about 4 s left`);
    assert.equal(after(1000, 0.0495), `${clear}5 %, work, about 97 s left`);
    assert.equal(after(1000, 0.05), `${clear}5 %, work, about 2 min left`);
    assert.equal(after(1000, 0), `${clear}0 %, work`);
  });

  it("the line is gone at the end, if there was one", () => {
    const one = shown(true);
    one.line.end();
    assert.deepEqual(one.written, []);
    one.after(300, 0.5);
    one.line.end();
    assert.equal(one.written.at(-1), clear);
  });
});

describe("in a log", () => {
  it("a line comes every ten seconds, and nothing at the end", () => {
    const { line, after, written } = shown(false);
    assert.equal(after(9999, 0.5), "");
    assert.equal(after(1, 0.5), "50 %, work, about 10 s left\n");
    assert.equal(after(9999, 0.6), "");
    assert.equal(after(1, 0.8), "80 %, work, about 5 s left\n");
    line.end();
    assert.equal(written.length, 2);
  });

  it("of a short piece of work there is none", () => {
    const { line, after, written } = shown(false);
    for (let i = 1; i <= 9; i++) after(1000, i / 10);
    line.end();
    assert.deepEqual(written, []);
  });
});
