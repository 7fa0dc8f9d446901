import assert from "node:assert/strict";
import { test } from "node:test";
import { funnelOf } from "../../../../src/validator/overview/funnel.ts";

test("submissions and jobs go through the same stages, refusals by reason and blame", () => {
  const sums = new Map([
    ["submissions_admitted", 10],
    ["submissions_repeated", 2],
    ["submissions_refused:busy", 3],
    ["submissions_refused:not_your_challenge", 4],
    ["submissions_refused:other", 1],
    ["submissions_accepted", 6],
    ["submissions_rejected", 2],
    ["submissions_void", 1],
    ["submissions_by_standing:active", 4],
    ["submissions_by_standing:cold_start", 2],
    ["jobs_sent", 20],
    ["jobs_ended:answered", 15],
    ["jobs_ended:timeout", 4],
    ["jobs_accepted", 14],
    ["jobs_by_standing:active", 13],
    ["jobs_by_standing:suspended", 1],
    ["http_requests", 999],
  ]);
  const funnel = funnelOf(sums);
  assert.deepEqual(
    funnel.map(({ stage, count }) => `${stage} ${count}`),
    ["requests 40", "admitted 25", "concluded 23", "accepted 20", "weighed 17"],
  );
  const refused = funnel.map((stage) =>
    stage.refused.map(({ code, blame, count }) => `${code} ${blame} ${count}`),
  );
  assert.deepEqual(refused, [
    [
      ...["not_your_challenge miner 4", "timeout miner 4", "busy validator 3", "repeated none 2"],
      "other none 1",
    ],
    [],
    ["rejected miner 2", "void none 1"],
    ["cold_start none 2", "suspended miner 1"],
    [],
  ]);
});

test("an hour without work is a funnel of zeros", () => {
  assert.deepEqual(
    funnelOf(new Map()).map(({ count, refused }) => [count, refused.length]),
    Array.from({ length: 5 }, () => [0, 0]),
  );
});
