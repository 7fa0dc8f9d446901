import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameBudget } from "../../../../src/http/stream/frameBudget.ts";
import { FrameWalk } from "../../../../src/http/stream/frameWalk.ts";
import { Inbound } from "../../../../src/http/stream/inbound.ts";

const opcodes = { fragment: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

interface Sent {
  readonly kind: keyof typeof opcodes;
  readonly final: boolean;
  readonly size: number;
}

/** A masked frame, as RFC 6455 section 5.2 lays it out. */
function frame({ kind, final, size }: Sent): Buffer {
  const length = size < 126 ? [size] : size < 65_536 ? [126, size >> 8, size & 255] : [127, 0, 0, 0, 0];
  const long = Buffer.alloc(size < 65_536 ? 0 : 4);
  if (long.length > 0) long.writeUInt32BE(size);
  const [first = 0, ...extended] = length;
  const head = Buffer.from([(final ? 0x80 : 0) | opcodes[kind], 0x80 | first, ...extended]);
  return Buffer.concat([head, long, Buffer.alloc(4), Buffer.alloc(size, 0x89)]);
}

const control = fc.record({
  kind: fc.constantFrom("ping", "pong", "close"),
  final: fc.constant(true),
  size: fc.integer({ min: 0, max: 125 }),
});
const data = fc.record({
  kind: fc.constantFrom("text", "binary", "fragment"),
  final: fc.boolean(),
  size: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 65_535, 65_536, 70_000)),
});

test("frames are counted by kind, and unfinished messages measured, however the bytes are cut", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 50_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fc.oneof(control, data), { maxLength: 20 }), cuts, (sent, sizes) => {
      const walk = new FrameWalk();
      const bytes = Buffer.concat(sent.map((one) => frame(one as Sent)));
      const seen = { data: 0, pings: 0, pongs: 0, bytes: 0 };
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const end = at + (sizes[n] ?? bytes.length);
        const counts = walk.walk(bytes.subarray(at, end));
        for (const kind of ["data", "pings", "pongs", "bytes"] as const) seen[kind] += counts[kind];
        at = end;
      }
      const of = (...kinds: string[]) => sent.filter(({ kind }) => kinds.includes(kind));
      const counts = { data: of("text", "binary", "fragment").length, pings: of("ping").length };
      assert.deepEqual(seen, { ...counts, pongs: of("pong").length, bytes: bytes.length });
      const own = of("text", "binary", "fragment") as Sent[];
      const whole = own.findLastIndex(({ final }) => final);
      const rest = own.slice(whole + 1).reduce((sum, one) => sum + frame(one).length, 0);
      assert.equal(walk.unfinishedBytes, rest);
      assert.equal(walk.messages, own.filter(({ final }) => final).length);
    }),
  );
});

test("an allowance holds its burst and not one more, refills by time, and grows by jobs", () => {
  const limit = { burst: 3, perSecond: 2, perJob: 2 };
  const budget = new FrameBudget({ data: limit, pings: limit, pongs: limit, bytes: limit }, 0);
  const none = { data: 0, pings: 0, pongs: 0, bytes: 0 };
  assert.equal(budget.take({ ...none, pongs: 3 }, 0), null);
  assert.equal(budget.take({ ...none, pongs: 1 }, 0), "pongs");
  assert.equal(budget.take({ ...none, pings: 3 }, 0), null, "each kind has its own");
  assert.equal(budget.take({ ...none, pongs: 1 }, 499), "pongs");
  assert.equal(budget.take({ ...none, pongs: 1 }, 500), null);
  assert.equal(budget.take({ ...none, pongs: 4 }, 60_000), "pongs", "time fills up to the burst");
  assert.equal(budget.take({ ...none, pongs: 3 }, 60_000), null);
  budget.job();
  budget.job();
  assert.equal(budget.take({ ...none, pongs: 4 }, 60_000), null);
  assert.equal(budget.take({ ...none, bytes: 8 }, 60_000), "bytes");
  assert.equal(budget.take({ ...none, bytes: 7 }, 60_000), null, "a job adds to what time has filled");
});

test("a miner that answers each job with the largest answer is within its bounds at any rate", () => {
  const maxFrameBytes = 1_048_576;
  const inbound = new Inbound({ maxFrameBytes, messageMs: 1000 }, 0);
  const answer = frame({ kind: "binary", final: true, size: maxFrameBytes - 14 });
  for (let n = 0; n < 500; n++) {
    inbound.job();
    assert.equal(inbound.arrived(answer, 0), null, `answer ${n}`);
  }
});

test("a message has its time from when it was first seen; control frames in it do not prolong it, a whole one does", () => {
  const inbound = new Inbound({ maxFrameBytes: 65_536, messageMs: 1000 }, 0);
  assert.equal(inbound.isOverdue(0), false);
  inbound.arrived(frame({ kind: "text", final: false, size: 10 }), 0);
  assert.equal(inbound.isOverdue(0), false);
  inbound.arrived(frame({ kind: "pong", final: true, size: 0 }), 500);
  inbound.arrived(frame({ kind: "fragment", final: false, size: 10 }), 900);
  assert.equal(inbound.isOverdue(999), false);
  assert.equal(inbound.isOverdue(1000), true);
  inbound.arrived(frame({ kind: "fragment", final: true, size: 10 }), 1001);
  assert.equal(inbound.isOverdue(1001), false);
  inbound.arrived(frame({ kind: "text", final: true, size: 10 }).subarray(0, 8), 1001);
  assert.equal(inbound.isOverdue(1001), false, "another message has its own time");
  assert.equal(inbound.isOverdue(2000), false);
  assert.equal(inbound.isOverdue(2001), true);
});
