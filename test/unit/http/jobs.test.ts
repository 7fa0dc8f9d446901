import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobRequest, JobView } from "../../../src/http/handlers.ts";
import {
  hotkey,
  job,
  jobRequest,
  operatorToken,
  post,
  problemIn,
  refusing,
  serve,
} from "../../support/http/server.ts";

const asOperator = { authorization: `Bearer ${operatorToken}` };
const asked = JSON.parse(jobRequest) as JobRequest;

test("a job that is put in is 202 with where to follow it, and 200 when it was taken before", async (t) => {
  const seen: unknown[] = [];
  let replay = false;
  const { url } = await serve(t, {
    putJob: async (client, request) => {
      assert.deepEqual(client, { owner: null });
      seen.push(request);
      return { job, replay };
    },
  });
  const taken = await post(url, "/v1/jobs", jobRequest, asOperator);
  assert.equal(taken.status, 202);
  assert.equal(taken.headers.get("location"), `/v1/jobs/${job.job_id}`);
  assert.deepEqual(await taken.json(), job);
  replay = true;
  const again = await post(url, "/v1/jobs", jobRequest, asOperator);
  assert.equal(again.status, 200);
  assert.equal(again.headers.get("location"), `/v1/jobs/${job.job_id}`);
  assert.deepEqual(await again.json(), job);
  assert.deepEqual(seen, [asked, asked], "the handler gets what was sent");
});

test("a job is followed by its id, with its answer as JSON", async (t) => {
  const done: JobView = {
    ...job,
    ...{ state: "done", attempts: 2, ended_at: 1_700_000_001_000, hotkey },
    answer: { proof: { pi_a: ["1", "2", "1"] }, publicSignals: ["9", "3"] },
  };
  const ids: string[] = [];
  const { url } = await serve(t, {
    job: async (_client, id) => {
      ids.push(id);
      return done;
    },
  });
  const answer = await fetch(`${url}/v1/jobs/${job.job_id}`, { headers: asOperator });
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), done);
  assert.deepEqual(ids, [job.job_id]);
});

test("an id that none can have is not found, and nobody is asked; what is echoed is bounded", async (t) => {
  const { url } = await serve(t, { job: () => assert.fail("asked") });
  for (const id of ["x", "jb_", `jb_${"0".repeat(31)}`, `jb_${"A".repeat(32)}`, "9".repeat(300)]) {
    const answer = await fetch(`${url}/v1/jobs/${id}`, { headers: asOperator });
    assert.equal(answer.status, 404, id);
    const problem = await problemIn(answer);
    assert.equal(problem.code, "job_not_found");
    assert.equal(problem.job_id, id.slice(0, 64));
  }
});

test("jobs want the operator's token, before anything is read", async (t) => {
  const { url } = await serve(t, {
    putJob: () => assert.fail("asked"),
    job: () => assert.fail("asked"),
  });
  for (const headers of [{}, { authorization: "Bearer wrong" }]) {
    const put = await post(url, "/v1/jobs", "not json", headers);
    assert.equal(put.status, 401);
    assert.equal((await problemIn(put)).code, "unauthorized");
    const follow = await fetch(`${url}/v1/jobs/x`, { headers });
    assert.equal((await problemIn(follow)).code, "unauthorized");
  }
});

test("each refusal of the handler keeps its status and its Retry-After", async (t) => {
  const refusals = [
    [{ code: "push_lane_off" }, 404],
    [{ code: "lane_not_found", lane: "x" }, 404],
    [{ code: "lane_kind_not_found", lane: "groth16", kind: "x", kinds: ["square"] }, 404],
    [{ code: "invalid_request", field: "/input/x", expected: "a number" }, 422],
    [{ code: "job_conflict", client_key: "order-1" }, 409],
    [{ code: "job_queue_full", limit: 10, retry_after_s: 7 }, 503],
    [{ code: "store_unavailable", retry_after_s: 2 }, 503],
  ] as const;
  for (const [problem, status] of refusals) {
    const { url } = await serve(t, { putJob: refusing(problem) });
    const answer = await post(url, "/v1/jobs", jobRequest, asOperator);
    assert.equal(answer.status, status, problem.code);
    const retryAfter = "retry_after_s" in problem ? String(problem.retry_after_s) : null;
    assert.equal(answer.headers.get("retry-after"), retryAfter, problem.code);
    const document = await problemIn(answer);
    for (const [member, value] of Object.entries(problem)) assert.deepEqual(document[member], value);
  }
  const { url } = await serve(t, { job: refusing({ code: "job_not_found", job_id: job.job_id }) });
  const missing = await fetch(`${url}/v1/jobs/${job.job_id}`, { headers: asOperator });
  assert.equal((await problemIn(missing)).code, "job_not_found");
});

test("a request at its bounds passes, one past them names the fault", async (t) => {
  const { url } = await serve(t);
  const statusOf = async (change: object) => {
    const answer = await post(url, "/v1/jobs", JSON.stringify({ ...asked, ...change }), asOperator);
    return answer.status < 300 ? answer.status : (await problemIn(answer)).field;
  };
  const names = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, "1"]));
  const good = [
    { client_key: " " },
    { client_key: "~".repeat(128) },
    { input: {} },
    { input: names(64) },
    { input: { x: Array(999).fill("1") } },
    { input: { x: "1".repeat(78) } },
    { input: { x: 9_007_199_254_740_991 } },
    { kind: "k".repeat(64) },
  ];
  for (const change of good) assert.equal(await statusOf(change), 202, JSON.stringify(change).slice(0, 80));
  const bad: [object, string][] = [
    [{ client_key: "" }, "/client_key"],
    [{ client_key: "a".repeat(129) }, "/client_key"],
    [{ client_key: "a\n" }, "/client_key"],
    [{ client_key: "é" }, "/client_key"],
    [{ client_key: 7 }, "/client_key"],
    [{ client_key: undefined }, "/client_key"],
    [{ lane: "" }, "/lane"],
    [{ kind: "k".repeat(65) }, "/kind"],
    [{ kind: undefined }, "/kind"],
    [{ input: names(65) }, "/input"],
    [{ input: [] }, "/input"],
    [{ input: "x" }, "/input"],
    [{ input: undefined }, "/input"],
    [{ priority: 1 }, "/priority"],
  ];
  for (const [change, field] of bad)
    assert.equal(await statusOf(change), field, JSON.stringify(change).slice(0, 80));
  const wrongValues = [
    Array(1000).fill("1"),
    "1".repeat(79),
    "",
    9_007_199_254_740_992,
    -1,
    1.5,
    null,
    true,
    {},
    [["1"]],
  ];
  for (const x of wrongValues)
    assert.match(String(await statusOf({ input: { x } })), /^\/input\/x/, JSON.stringify(x).slice(0, 80));
});
