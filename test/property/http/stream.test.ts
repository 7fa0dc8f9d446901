import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JobOrder } from "../../../src/flow/job.ts";
import { FixedWindowLimiter } from "../../../src/http/stream/fixedWindowLimiter.ts";
import { errorFrame, jobFrame, readBinary, readText } from "../../../src/http/stream/frame.ts";
import { type FrameCode, frameCodes } from "../../../src/http/stream/frameCodes.ts";
import { jobId } from "../../support/http/stream/server.ts";

const types = new Set(["hello", "answer", "fail", "ping", "pong", "faulty"]);
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

test("whatever bytes come, a frame is read or its fault is named", () => {
  fc.assert(
    fc.property(bytes, (data) => {
      for (const frame of [readText(data), readBinary(data)]) {
        assert.ok(types.has(frame.type));
        if (frame.type === "faulty") assert.ok(frame.code in frameCodes);
      }
    }),
  );
});

const jobIds = fc.oneof(fc.nat(1000).map(jobId), fc.jsonValue());
const fields = fc.record(
  {
    type: fc.oneof(fc.constantFrom("hello", "answer", "fail", "ping", "pong", "job"), fc.jsonValue()),
    id: fc.jsonValue(),
    job_id: jobIds,
    answer: fc.jsonValue(),
    code: fc.jsonValue(),
    lanes: fc.jsonValue(),
    capacity: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

test("whatever members an object has, a frame holds what its type demands or is faulty", () => {
  fc.assert(
    fc.property(fields, (object) => {
      const frame = readText(Buffer.from(JSON.stringify(object)));
      assert.ok(frame.id === null || typeof frame.id === "number" || frame.id.length <= 64);
      if (frame.type === "faulty") return;
      assert.equal(frame.type, object.type);
      if (frame.type === "answer") assert.equal(frame.answer.text(), JSON.stringify(object.answer));
      if (frame.type === "fail") assert.equal(frame.code, object.code);
      if (frame.type === "answer" || frame.type === "fail") assert.equal(frame.jobId, object.job_id);
      if (frame.type === "hello") {
        assert.deepEqual(frame.lanes, object.lanes);
        assert.equal(frame.capacity, Math.min(65_536, Number(object.capacity)));
      }
    }),
    { numRuns: 1000 },
  );
});

test("a binary frame gives back the answer's text whatever it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), fc.nat(), (text, n) => {
      const header = Buffer.from(JSON.stringify({ type: "answer", id: n, job_id: jobId(n) }));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(header.length);
      const data = Buffer.concat([length, header, Buffer.from(text)]);
      const frame = readBinary(data);
      assert.ok(frame.type === "answer");
      assert.deepEqual([frame.id, frame.jobId, frame.answer.text()], [n, jobId(n), text]);
      assert.equal(frame.answer.size, data.length);
    }),
  );
});

const orders: fc.Arbitrary<JobOrder> = fc.record({
  job_id: fc.nat().map(jobId),
  lane: fc.string(),
  kind: fc.string({ unit: "binary" }),
  input: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.string()))),
  deadline_ms: fc.nat(),
});

test("a job frame is JSON of its order whatever stands in it", () => {
  fc.assert(
    fc.property(orders, fc.nat(), (order, id) => {
      // Through JSON itself first: an own `__proto__` compares unlike otherwise.
      const expected: unknown = JSON.parse(JSON.stringify({ type: "job", id, ...order }));
      assert.deepEqual(JSON.parse(jobFrame(id, order)), expected);
    }),
  );
});

test("an error frame is JSON whatever it comes back to", () => {
  const codes = Object.keys(frameCodes) as FrameCode[];
  const ids = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null));
  fc.assert(
    fc.property(fc.nat(), ids, fc.constantFrom(...codes), (id, re, code) => {
      const frame = JSON.parse(errorFrame(id, re, code)) as Record<string, unknown>;
      assert.deepEqual(
        [frame.type, frame.id, frame.code, frame.detail],
        ["error", id, code, frameCodes[code]],
      );
      assert.equal(JSON.stringify(frame.re), JSON.stringify(re));
    }),
  );
});

test("an allowance lets its number through in any minute that begins with a count, and no more", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(90_000), { maxLength: 50 }),
      (limit, gaps) => {
        const allowance = new FixedWindowLimiter(limit);
        let now = 0;
        let begins = Number.NEGATIVE_INFINITY;
        let count = 0;
        for (const gap of gaps) {
          now += gap;
          if (now >= begins + 60_000) {
            begins = now;
            count = 0;
          }
          assert.equal(allowance.take(now), ++count <= limit);
        }
      },
    ),
  );
});
