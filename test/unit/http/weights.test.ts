import assert from "node:assert/strict";
import { test } from "node:test";
import { operatorToken, post, problemIn, refusing, serve, weightPlan } from "../../support/http/server.ts";

test("a vector is the signed document alone, and with its plan only where that is asked for", async (t) => {
  const text = '{ "signed":  "as it was" }';
  const asked: string[] = [];
  const { url } = await serve(t, {
    weights: async () => text,
    weightsWithPlan: async (period) => {
      asked.push(String(period));
      return `{"vector":${text},"plan":null,"chain":null}`;
    },
  });
  for (const path of ["/v1/weights/latest", "/v1/weights/3", "/v1/weights/3?other=plan"])
    assert.equal(await (await fetch(url + path)).text(), text, path);
  for (const path of ["/v1/weights/latest?with=plan", "/v1/weights/3?with=plan"])
    assert.ok((await (await fetch(url + path)).text()).startsWith(`{"vector":${text},`), path);
  assert.deepEqual(asked, ["null", "3"]);
  assert.equal((await fetch(`${url}/v1/weights/3?with=salt`)).status, 422);
});

test("periods are listed in pages of at most 100", async (t) => {
  const asked: object[] = [];
  const { url } = await serve(t, {
    weightPlans: async (query) => {
      asked.push(query);
      return { items: [], next_before: null };
    },
  });
  await fetch(`${url}/v1/weights`);
  await fetch(`${url}/v1/weights?before=7&limit=100`);
  assert.deepEqual(asked, [
    { before: null, limit: 50 },
    { before: 7, limit: 100 },
  ]);
  assert.equal((await fetch(`${url}/v1/weights?limit=101`)).status, 422);
  assert.equal((await fetch(`${url}/v1/weights?limit=0`)).status, 422);
});

test("only the operator resumes, with a reason; on the local chain it is told that there is nothing to resume", async (t) => {
  const reasons: string[] = [];
  const { url } = await serve(t, {
    resumeChain: async (reason) => {
      reasons.push(reason);
      return refusing({ code: "chain_local", asked: "weights on chain" })();
    },
  });
  const authorization = `Bearer ${operatorToken}`;
  const body = JSON.stringify({ reason: "the other one is stopped" });
  assert.equal((await post(url, "/v1/admin/chain/resume", body)).status, 401);
  assert.equal((await post(url, "/v1/admin/chain/resume", "{}", { authorization })).status, 422);
  const problem = await problemIn(await post(url, "/v1/admin/chain/resume", body, { authorization }));
  assert.deepEqual([problem.status, problem.code, problem.blame], [409, "chain_local", "operator"]);
  assert.deepEqual(reasons, ["the other one is stopped"]);
});

test("nothing that is served of a plan opens its commit or can be sent again", async (t) => {
  const { url } = await serve(t);
  const text = await (await fetch(`${url}/v1/weights/3?with=plan`)).text();
  assert.ok(text.includes(weightPlan.extrinsics[0]?.hash ?? "?"));
  assert.doesNotMatch(text, /"(?:salt|bytes)"/);
});
