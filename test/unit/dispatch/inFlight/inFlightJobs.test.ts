import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sha256Hex } from "../../../../src/core/hash.ts";
import { Totals } from "../../../../src/dispatch/bounds/totals.ts";
import { InFlightJobs } from "../../../../src/dispatch/inFlight/inFlightJobs.ts";
import { InFlightJob, Miner } from "../../../../src/dispatch/miners/miner.ts";
import type { Draw } from "../../../../src/flow/draw.ts";
import { proveLane } from "../../../support/dispatch/world.ts";

const lane = proveLane();

describe("jobs in flight", () => {
  const make = () => {
    const totals = new Totals();
    const jobs = new InFlightJobs(totals, 0);
    const miner = new Miner("m", null);
    const pick = (jobId: string, had: string[] = []): InFlightJob => {
      const draw: Draw = {
        ...{ epoch: 1, lane: "prove", hotkey: "m", work_id: jobId },
        ...{ class: "lane", rate: "0", x: "", sampled: false },
      };
      const fresh = { seed: 1n, tries: had.length, renewAt: 0, isOver: false };
      const job = { jobId, lane, kind: "square", customer: null, had: new Set(had), ...fresh };
      return new InFlightJob(job, miner, { kind: "square", input: { x: "123456789" } }, draw, 1);
    };
    return { totals, jobs, miner, pick };
  };
  const send = (jobs: InFlightJobs, inFlight: InFlightJob): void => {
    jobs.start(inFlight);
    inFlight.sentAt = 0;
    jobs.sent(inFlight, 100, 1000);
  };

  it("end once, and take everything with them", () => {
    const { totals, jobs, miner, pick } = make();
    const a = pick("a");
    jobs.start(a);
    assert.deepEqual([totals.inFlight, totals.bytes, miner.inFlight.size], [1, 10, 1]);
    a.sentAt = 0;
    jobs.sent(a, 100, 1000);
    assert.equal(totals.bytes, 100);
    assert.deepEqual([jobs.end(a), jobs.end(a)], [true, false]);
    assert.deepEqual([totals.inFlight, totals.bytes, miner.inFlight.size], [0, 0, 0]);
    assert.deepEqual(jobs.due(1e9), []);
  });

  it("have no deadline and no bytes when they ended while they were sent", () => {
    const { totals, jobs, pick } = make();
    const a = pick("a");
    jobs.start(a);
    a.sentAt = 0;
    jobs.end(a);
    jobs.sent(a, 100, 1000);
    assert.equal(totals.bytes, 0);
    assert.deepEqual(jobs.due(1e9), []);
  });

  it("are claimed by the miner that has them, and by nobody before they are sent", () => {
    const { jobs, pick } = make();
    const a = pick("a", ["before"]);
    jobs.start(a);
    assert.equal(jobs.claim("m", "a"), "job_unknown");
    assert.equal(jobs.claim("other", "a"), "job_unknown");
    a.sentAt = 0;
    jobs.sent(a, 100, 1000);
    assert.equal(jobs.claim("m", "a"), a);
    assert.equal(jobs.claim("other", "a"), "job_not_yours");
    assert.equal(jobs.claim("before", "a"), "job_already_answered", "its answer came too late");
    jobs.end(a);
    assert.equal(jobs.claim("m", "a"), "job_already_answered");
    assert.equal(jobs.claim("other", "a"), "job_unknown");
    assert.equal(jobs.claim("m", "never was"), "job_unknown");
  });

  it("are remembered for 16,383 others after their end at least, and for 32,767 at most", () => {
    const { jobs, pick } = make();
    const id = (name: string): string => `jb_${sha256Hex(name).slice(0, 32)}`;
    const first = pick(id("first"));
    send(jobs, first);
    jobs.end(first);
    const endOthers = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        const next = pick(id(`${i}`));
        send(jobs, next);
        jobs.end(next);
      }
    };
    endOthers(0, 32_766);
    assert.equal(jobs.claim("m", id("first")), "job_already_answered");
    endOthers(32_766, 32_767);
    assert.equal(jobs.claim("m", id("first")), "job_unknown");
    assert.equal(jobs.claim("m", id("16383")), "job_already_answered");
    assert.equal(jobs.claim("another", id("16383")), "job_unknown");
    assert.equal(jobs.claim("m", id("16382")), "job_unknown");
  });
});
