import assert from "node:assert/strict";
import { test } from "node:test";
import { LogSink, type Outlet } from "../../../src/observe/logSink.ts";

/** An outlet whose writes end when the test says so. */
function held() {
  const taken: string[] = [];
  const pending: ((error?: Error) => void)[] = [];
  const outlet: Outlet = (text, done) => {
    taken.push(text);
    pending.push(done);
  };
  return { outlet, taken, end: (error?: Error) => pending.shift()?.(error) };
}

test("lines go out in order, those that came meanwhile together; flush waits for them", async () => {
  const { outlet, taken, end } = held();
  const sink = new LogSink(outlet);
  assert.equal(await sink.flush(0), true);
  for (const line of ["a\n", "b\n", "c\n"]) sink.write(line);
  assert.deepEqual(taken, ["a\n"]);
  const flushed = sink.flush(60_000);
  end();
  assert.deepEqual(taken, ["a\n", "b\nc\n"]);
  end();
  assert.equal(await flushed, true);
  assert.equal(sink.dropped, 0);
});

test("a destination that stalls costs the lines beyond the bound, each of them counted, and no time", async () => {
  const { outlet, taken } = held();
  const sink = new LogSink(outlet, { maxWaiting: 30 });
  const line = "123456789\n";
  // One is under way, three wait, which is exactly the bound.
  for (let i = 0; i < 4; i++) sink.write(line);
  assert.equal(sink.dropped, 0);
  sink.write(line);
  assert.equal(sink.dropped, 1);
  let counted = 0;
  sink.onDropped((lines) => {
    counted += lines;
  });
  sink.write(line);
  assert.deepEqual([counted, sink.dropped, taken.length], [2, 2, 1]);
  assert.equal(await sink.flush(1), false);
});

test("a destination that fails costs the lines of that write; later ones go out once it works again", async () => {
  const { outlet, taken, end } = held();
  const sink = new LogSink(outlet, { retryMs: 0 });
  sink.write("a\n");
  end(new Error("ENOSPC"));
  sink.write("b\n");
  sink.write("c\n");
  const flushed = sink.flush(60_000);
  while (taken.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([taken, sink.dropped], [["a\n", "b\nc\n"], 1]);
  end();
  assert.equal(await flushed, true);
});
