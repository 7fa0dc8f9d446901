import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import type { EpochRecord } from "../../../../src/flow/draw.ts";
import { ClosedSampling } from "../../../../src/validator/overview/closedSampling.ts";

const policy = {
  lanes: { groth16: "1/4" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "0",
};

/** A store whose closed epochs have a log of one line of draws per page. */
function world(pages: number, rowsPerPage: number) {
  const state = { closed: [] as number[], reads: 0, fails: false };
  const sampling = new ClosedSampling({
    log: silentLog,
    store: {
      closedEpochs: async () =>
        state.closed.slice(0, 1).map((epoch) => ({ epoch, closed_at: 1, log_head: "ab" })),
      epoch: async (epoch) => ({ epoch, policy }) as unknown as EpochRecord,
      logText: async (epoch, after) => {
        state.reads++;
        if (state.fails) throw new Error("it is gone");
        if (after + 1 >= pages) return null;
        const rows = Array.from({ length: rowsPerPage }, (_, i) => `0 jb_${i} lane ${i % 4 === 0 ? 1 : 0}`);
        const line = { type: "draws", epoch, lane: "groth16", hotkeys: ["5A"], rows };
        return { text: `${JSON.stringify(line)}\n`, last: after + 1 };
      },
    },
  });
  return { state, sampling };
}

test("nothing is told before an epoch is closed; then its log is counted once", async () => {
  const { state, sampling } = world(3, 100);
  assert.equal(await sampling.look(), null);
  await sampling.settled();
  assert.equal(sampling.bands.length, 0);
  state.closed = [7];
  assert.equal(await sampling.look(), 7);
  await sampling.settled();
  const [band] = sampling.bands;
  assert.deepEqual([band?.epoch, band?.design, band?.realised], [7, 0.25, 0.25]);
  const { reads } = state;
  await sampling.look();
  await sampling.settled();
  assert.equal(state.reads, reads);
  state.closed = [8, 7];
  await sampling.look();
  await sampling.settled();
  assert.equal(sampling.bands[0]?.epoch, 8);
});

test("of a log without end the first 200,000 draws are counted", async () => {
  const { state, sampling } = world(Number.MAX_SAFE_INTEGER, 50_000);
  state.closed = [7];
  await sampling.look();
  await sampling.settled();
  assert.equal(state.reads, 4);
  assert.equal(sampling.bands[0]?.realised, 0.25);
});

test("a log that cannot be read is tried again at the next look", async () => {
  const { state, sampling } = world(1, 100);
  Object.assign(state, { closed: [7], fails: true });
  await sampling.look();
  await sampling.settled();
  assert.equal(sampling.bands.length, 0);
  state.fails = false;
  await sampling.look();
  await sampling.settled();
  assert.equal(sampling.bands.length, 1);
});
