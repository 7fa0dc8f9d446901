import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { JobPage, JobView, NewTokenView, TokenView } from "../../../src/http/handlers.ts";
import { operatorAsks } from "../../support/validator/operator.ts";
import { honest, isOf, KIND, PushWorld, pushDir } from "../../support/validator/push/world.ts";
import { runAssay, startValidator } from "../../support/validator/validator.ts";

// Customers with tokens of their own, at a real validator: what they may do, and that every job of theirs ends.

let world: PushWorld;

before(async () => {
  world = await PushWorld.start(
    pushDir({}, { jobs: { per_token: { burst: 1000, per_s: 1000, queued: 3 } } }),
  );
});

after(() => world.close());

async function asks<Document>(token: string, method: string, path: string, body?: object) {
  const response = await fetch(world.url + path, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, document: (await response.json()) as Document };
}

const put = (token: string, x: string, more: object = {}) =>
  asks<JobView>(token, "POST", "/v1/jobs", {
    ...{ lane: "groth16", kind: KIND, input: { x }, client_key: `order ${x}`, ...more },
  });

async function newToken(name: string): Promise<NewTokenView> {
  const { code, stdout } = await runAssay([
    ...["token", "create", name, "--json"],
    ...["--url", world.url, "--data", world.validator.dataDir],
  ]);
  assert.equal(code, 0, stdout);
  return JSON.parse(stdout) as NewTokenView;
}

test("a customer puts in, lists, reads and cancels its own jobs, and reaches nothing else", async () => {
  const [ada, bob] = [await newToken("Ada"), await newToken("Bob")];
  const mine = await put(ada.token, "1");
  assert.equal(mine.status, 202);
  assert.equal("token" in mine.document, false);
  assert.equal((await put(ada.token, "1")).status, 200, "the same key is the same job");
  const other = await put(bob.token, "2", { client_key: "order 1" });
  assert.equal(other.status, 202, "another customer's key is another key");
  const id = mine.document.job_id;
  for (const [method, path] of [
    ["GET", `/v1/jobs/${id}`],
    ["DELETE", `/v1/jobs/${id}`],
    ["GET", `/v1/jobs?after=${id}`],
  ] as const)
    assert.equal((await asks(bob.token, method, path)).status, 404, `${method} ${path}`);
  const list = await asks<JobPage>(ada.token, "GET", "/v1/jobs?state=queued");
  assert.deepEqual(
    list.document.items.map(({ job_id }) => job_id),
    [id],
  );
  for (const [method, path, body] of [
    ["GET", "/v1/admin/skiplist"],
    ["GET", "/v1/admin/tokens"],
    ["POST", "/v1/admin/tokens", { name: "Eve" }],
    ["DELETE", `/v1/admin/tokens/${bob.token_id}`],
  ] as const)
    assert.equal((await asks(ada.token, method, path, body)).status, 401, `${method} ${path}`);
  const seen = await operatorAsks<JobPage>(world.validator, "GET", "/v1/jobs");
  assert.deepEqual(
    seen.document.items.map(({ token }) => token?.name),
    ["Ada", "Bob"],
  );
  const cancelled = await asks<JobView>(ada.token, "DELETE", `/v1/jobs/${id}`);
  assert.deepEqual([cancelled.status, cancelled.document.state], [200, "cancelled"]);
  assert.equal((await asks(ada.token, "DELETE", `/v1/jobs/${id}`)).status, 200, "again");
  const miner = await world.join("Mia", honest(0));
  const done = await world.jobInState(other.document.job_id, "done");
  assert.deepEqual([done.verified, done.hotkey], [true, miner.hotkey]);
  assert.equal(miner.orders.some(isOf("1")), false, "nobody is sent a cancelled job");
  const late = await asks<{ code: string }>(bob.token, "DELETE", `/v1/jobs/${other.document.job_id}`);
  assert.deepEqual([late.status, late.document.code], [409, "job_ended"]);
  miner.leave();
});

test("a customer's queue is bounded: at the bound, and one past it", async () => {
  const { token } = await newToken("Cyd");
  for (const x of ["11", "12", "13"]) assert.equal((await put(token, x)).status, 202);
  const past = await asks<{ code: string; limit: number }>(token, "POST", "/v1/jobs", {
    ...{ lane: "groth16", kind: KIND, input: { x: "14" }, client_key: "past" },
  });
  assert.deepEqual([past.status, past.document.code, past.document.limit], [503, "job_queue_full", 3]);
  assert.equal((await world.putJob("15")).status, 202, "others are not bounded by it");
});

test("while the validator drains a customer's job is refused, and taken once that is over", async () => {
  const { token } = await newToken("Dee");
  const drain = (method: "POST" | "DELETE", body?: object) =>
    operatorAsks(world.validator, method, "/v1/admin/drain", body);
  assert.equal((await drain("POST", { reason: "a test" })).status, 200);
  const refused = await asks<{ code: string; blame: string }>(token, "POST", "/v1/jobs", {
    ...{ lane: "groth16", kind: KIND, input: { x: "16" }, client_key: "drained" },
  });
  const { code, blame } = refused.document;
  assert.deepEqual([refused.status, code, blame], [503, "draining", "validator"]);
  assert.equal((await asks(token, "GET", "/v1/jobs")).status, 200, "reads go on");
  assert.equal((await drain("DELETE")).status, 200);
  assert.equal((await put(token, "16")).status, 202);
});

test("a revoked token is refused at once, and its jobs go on", async () => {
  const { token, token_id } = await newToken("Dan");
  const { document } = await put(token, "21");
  const access = ["--url", world.url, "--data", world.validator.dataDir];
  assert.equal((await runAssay(["token", "revoke", token_id, ...access])).code, 0);
  assert.equal((await asks(token, "GET", `/v1/jobs/${document.job_id}`)).status, 401);
  assert.equal((await world.job(document.job_id)).state, "queued");
  const listed = JSON.parse((await runAssay(["token", "list", "--json", ...access])).stdout) as TokenView[];
  const row = listed.find((one) => one.token_id === token_id) ?? assert.fail();
  assert.ok(row.name === "Dan" && row.revoked_at !== null && row.last_used_at !== null);
  assert.equal(JSON.stringify(listed).includes(token.split(".")[1] ?? token), false);
});

test("deadlines, tokens and queued jobs outlive a restart; a token is made while the validator is down", async () => {
  const { token } = await newToken("Eli");
  const long = await put(token, "31");
  const short = await put(token, "32", { deadline_s: 1 });
  const { dataDir } = world.validator;
  await world.validator.kill();
  const offline = await runAssay([
    "token",
    "create",
    "Fay",
    "--json",
    "--url",
    "http://127.0.0.1:9",
    "--data",
    dataDir,
  ]);
  assert.equal(offline.code, 0, offline.stderr);
  const fay = JSON.parse(offline.stdout) as NewTokenView;
  world.validator = await startValidator(dataDir, ["--log-level", "error"]);
  const expired = await world.jobInState(short.document.job_id, "expired");
  assert.equal(expired.code, "deadline_passed");
  const kept = await asks<JobView>(token, "GET", `/v1/jobs/${long.document.job_id}`);
  assert.deepEqual([kept.document.state, kept.document.deadline_at], ["queued", long.document.deadline_at]);
  assert.equal((await put(fay.token, "33")).status, 202);
  const elsewhere = ["--url", "http://127.0.0.1:9", "--data", dataDir, "--json"];
  const refused = await runAssay(["token", "list", ...elsewhere]);
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /"unreachable"/, "the store is the running validator's");
});

test("assay jobs puts in, lists, shows and cancels with a customer's token", async () => {
  const { token } = await newToken("Gus");
  const file = join(world.validator.dataDir, "gus.token");
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  const access = ["--url", world.url, "--token-file", file];
  const jobs = async (...args: string[]) => {
    const { code, stdout, stderr } = await runAssay(["jobs", ...args, ...access]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const made = JSON.parse(
    await jobs("put", "--kind", KIND, "--input", '{"x":"41"}', "--key", "g", "--deadline", "60", "--json"),
  ) as JobView;
  assert.equal((made.deadline_at ?? 0) - made.created_at, 60_000);
  assert.ok((await jobs("list")).includes(made.job_id));
  assert.equal((JSON.parse(await jobs("show", made.job_id)) as JobView).state, "queued");
  assert.match(await jobs("cancel", made.job_id), /cancelled/);
});
