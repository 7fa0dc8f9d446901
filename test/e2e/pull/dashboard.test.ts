import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { dataDirWith, removeDir, startValidator, type Validator } from "../../support/validator/validator.ts";

// The dashboard's files and log-in, against a real process. What it shows is tested in a browser.

let validator: Validator;
let token: string;

before(async () => {
  const dir = dataDirWith({ chain: { block_ms: 1000 } });
  validator = await startValidator(dir, ["--log-level", "info"]);
  token = readFileSync(`${dir}/keys/admin.token`, "utf8").trim();
});

after(async () => {
  assert.equal(await validator.stop(), 0, "drains and exits 0");
  removeDir(validator.dataDir);
});

const ask = (path: string, headers: Record<string, string> = {}, method = "GET", body?: string) =>
  fetch(`${validator.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });

async function logIn(): Promise<string> {
  const answer = await ask("/v1/admin/session", { authorization: `Bearer ${token}` }, "POST");
  assert.equal(answer.status, 204);
  return (answer.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
}

const own = { "assay-requested-with": "dashboard", "sec-fetch-site": "same-origin" };

test("a session does what the token does, until it is ended", async () => {
  const cookie = await logIn();
  assert.match(cookie, /^assay_session=[\w-]{43}$/);
  assert.equal((await ask("/v1/admin/skiplist", { cookie })).status, 200);
  const order = JSON.stringify({
    hotkey: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
    tempos: 1,
    reason: "x",
  });
  const json = { cookie, "content-type": "application/json" };
  assert.equal((await ask("/v1/admin/skiplist", json, "POST", order)).status, 403);
  assert.equal((await ask("/v1/admin/skiplist", { ...json, ...own }, "POST", order)).status, 201);
  assert.equal((await ask("/v1/admin/session", { cookie, ...own }, "DELETE")).status, 204);
  assert.equal((await ask("/v1/admin/skiplist", { cookie })).status, 401);
});

test("one session more than 64 ends the oldest", async () => {
  const first = await logIn();
  const second = await logIn();
  for (let i = 0; i < 63; i++) await logIn();
  assert.equal((await ask("/v1/admin/session", { cookie: first })).status, 401);
  assert.equal((await ask("/v1/admin/session", { cookie: second })).status, 200);
});
