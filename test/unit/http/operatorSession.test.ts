import assert from "node:assert/strict";
import { test } from "node:test";
import type { Random } from "../../../src/core/random.ts";
import { OperatorSessions, sessionMs, sessionsMax } from "../../../src/http/session/operatorSessions.ts";
import { operatorToken, problemIn, type Served, serve } from "../../support/http/server.ts";

let drawn = 0;
const counting: Random = {
  bytes: (count) => {
    const made = new Uint8Array(count);
    new DataView(made.buffer).setUint32(0, ++drawn);
    return made;
  },
  unit: () => 0,
  uuid: () => "",
};

test("a session holds for its time and not a millisecond longer", () => {
  const sessions = new OperatorSessions();
  const { id, endsAt } = sessions.open(1000, counting);
  assert.equal(endsAt, 1000 + sessionMs);
  assert.equal(sessions.endOf(id, endsAt - 1), endsAt);
  assert.equal(sessions.endOf(id, endsAt), null);
  assert.equal(sessions.size, 0);
  assert.equal(sessions.endOf("unknown", 1000), null);
});

test("an ended session is over at once", () => {
  const sessions = new OperatorSessions();
  const { id } = sessions.open(0, counting);
  sessions.end(id);
  assert.equal(sessions.endOf(id, 0), null);
});

test("one session more than the most ends the oldest, and only that", () => {
  const sessions = new OperatorSessions();
  const ids = Array.from({ length: sessionsMax }, () => sessions.open(0, counting));
  assert.equal(
    ids.some(({ dropped }) => dropped),
    false,
  );
  const { dropped } = sessions.open(1, counting);
  assert.equal(dropped, true);
  assert.equal(sessions.size, sessionsMax);
  assert.deepEqual(
    ids.map(({ id }) => sessions.endOf(id, 1) === null),
    ids.map((_, i) => i === 0),
  );
});

test("sessions that are over make room before one that holds is ended", () => {
  const sessions = new OperatorSessions();
  for (let i = 0; i < sessionsMax - 1; i++) sessions.open(0, counting);
  const { id } = sessions.open(1, counting);
  assert.equal(sessions.open(sessionMs, counting).dropped, false);
  assert.equal(sessions.endOf(id, sessionMs), sessionMs + 1);
});

const bearer = { authorization: `Bearer ${operatorToken}` };
const cookie = { cookie: `other=1; assay_session=${"s".repeat(43)}` };
const own = { "assay-requested-with": "dashboard" };

const ask = ({ url }: Served, method: string, path: string, headers: Record<string, string>) =>
  fetch(`${url}${path}`, { method, headers });

test("the token opens a session, whose cookie scripts cannot read", async (t) => {
  const server = await serve(t);
  const answer = await ask(server, "POST", "/v1/admin/session", bearer);
  assert.equal(answer.status, 204);
  assert.equal(
    answer.headers.get("set-cookie"),
    `assay_session=${"s".repeat(43)}; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict`,
  );
  const secure = await ask(server, "POST", "/v1/admin/session?path=/assay/", {
    ...bearer,
    origin: "https://validator.example",
  });
  assert.match(
    secure.headers.get("set-cookie") ?? "",
    /; Path=\/assay\/; HttpOnly; SameSite=Strict; Secure$/,
  );
});

test("a path that could add attributes to the cookie is refused", async (t) => {
  const server = await serve(t);
  for (const path of ["/a", "a/", "/a;Domain=example.org/", "/a b/", `/${"a".repeat(256)}/`]) {
    const answer = await ask(server, "POST", `/v1/admin/session?path=${encodeURIComponent(path)}`, bearer);
    assert.equal(answer.status, 422, path);
  }
});

test("neither a wrong token nor a session opens a session", async (t) => {
  const server = await serve(t);
  const wrong = await ask(server, "POST", "/v1/admin/session", { authorization: "Bearer nonsense" });
  const none = await ask(server, "POST", "/v1/admin/session", {});
  const again = await ask(server, "POST", "/v1/admin/session", {
    ...{ ...cookie, ...own },
    "sec-fetch-site": "same-origin",
  });
  for (const answer of [wrong, none, again]) {
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get("set-cookie"), null);
    assert.equal((await problemIn(answer)).code, "unauthorized");
  }
});

test("the operator's routes and those of jobs take the session", async (t) => {
  const server = await serve(t);
  for (const path of ["/v1/admin/skiplist", "/v1/admin/nodes", "/v1/jobs", "/v1/admin/session"]) {
    assert.equal((await ask(server, "GET", path, cookie)).status, 200, path);
    assert.equal((await ask(server, "GET", path, {})).status, 401, path);
    const unknown = { cookie: `assay_session=${"u".repeat(43)}` };
    assert.equal((await ask(server, "GET", path, unknown)).status, 401, path);
  }
  const state = await ask(server, "GET", "/v1/admin/session", cookie);
  assert.deepEqual(await state.json(), { ends_at: 1_700_000_000_000 });
  const byToken = await ask(server, "GET", "/v1/admin/session", bearer);
  assert.deepEqual(await byToken.json(), { ends_at: null });
});

test("with a session, only the page itself changes something", async (t) => {
  const released: string[] = [];
  const server = await serve(t, {
    release: async (hotkey) => {
      released.push(hotkey);
      return { hotkey, released: 1 };
    },
  });
  const { host } = new URL(server.url);
  const release = (headers: Record<string, string>) =>
    ask(server, "DELETE", "/v1/admin/skiplist/5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", headers);
  const refused = [
    {},
    own,
    { "sec-fetch-site": "same-origin" },
    { ...own, "sec-fetch-site": "cross-site" },
    { ...own, "sec-fetch-site": "same-site" },
    { ...own, "sec-fetch-site": "none", origin: `http://${host}` },
    { ...own, origin: "http://evil.example" },
    { ...own, origin: "null" },
  ];
  for (const headers of refused) {
    const answer = await release({ ...cookie, ...headers } as Record<string, string>);
    assert.equal(answer.status, 403, JSON.stringify(headers));
    assert.equal((await problemIn(answer)).code, "cross_origin");
  }
  assert.deepEqual(released, []);
  for (const headers of [{ "sec-fetch-site": "same-origin" }, { origin: `http://${host}` }])
    assert.equal((await release({ ...cookie, ...own, ...headers } as Record<string, string>)).status, 200);
  assert.equal((await release(bearer)).status, 200);
  assert.equal(released.length, 3);
});

test("logging out ends the session and removes the cookie", async (t) => {
  const ended: string[] = [];
  const server = await serve(t, { endOperatorSession: (id) => void ended.push(id) });
  const answer = await ask(server, "DELETE", "/v1/admin/session", {
    ...{ ...cookie, ...own },
    "sec-fetch-site": "same-origin",
  });
  assert.equal(answer.status, 204);
  assert.deepEqual(ended, ["s".repeat(43)]);
  assert.equal(
    answer.headers.get("set-cookie"),
    "assay_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict",
  );
});
