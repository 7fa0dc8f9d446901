import assert from "node:assert/strict";
import { test } from "node:test";
import {
  hotkey,
  operatorToken,
  post,
  problemIn,
  receipt,
  recordingSubmit,
  serve,
  submission,
} from "../../support/http/server.ts";

const path = "/v1/submissions";
const challenge_id = receipt.challenge_id;

test("only JSON in UTF-8 is taken: anything else is 415", async (t) => {
  const { url } = await serve(t);
  const refused = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json-patch+json",
    "application/json; charset=latin1",
    'application/json; charset="utf-16"',
    "application/problem+json",
    "json",
    ";",
  ];
  for (const type of refused) {
    const answer = await post(url, path, submission, { "content-type": type });
    assert.equal(answer.status, 415, type);
    const problem = await problemIn(answer);
    assert.equal(problem.code, "unsupported_media_type");
    assert.equal(problem.content_type, type);
  }
  for (const type of [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json; profile=x",
  ])
    assert.equal((await post(url, path, submission, { "content-type": type })).status, 202, type);
});

test("a missing content type is 415, with a body and without", async (t) => {
  const { url } = await serve(t);
  const withBody = await fetch(url + path, { method: "POST", body: Buffer.from(submission) });
  assert.equal((await problemIn(withBody)).code, "unsupported_media_type");
  const without = await fetch(url + path, { method: "POST" });
  assert.equal(without.status, 415);
});

test("what is not one JSON text in UTF-8 is malformed_json", async (t) => {
  const { url } = await serve(t);
  const id = JSON.stringify(challenge_id);
  const bodies: Record<string, string | Uint8Array> = {
    empty: "",
    truncated: `{"challenge_id": ${id}`,
    "two values": `${submission}${submission}`,
    "trailing comma": `{"challenge_id": ${id}, "solution": "x",}`,
    "single quotes": `{'challenge_id': ${id}}`,
    NaN: `{"challenge_id": ${id}, "solution": "x", "seq": NaN}`,
    comment: `/* */${submission}`,
    "byte order mark": `\ufeff${submission}`,
    "invalid UTF-8": Buffer.concat([
      Buffer.from('{"challenge_id":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]),
    "overlong UTF-8": Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    "UTF-16": Buffer.from(submission, "utf16le"),
    "control character in a text": '{"challenge_id":"a\u0001"}',
    "a name twice": `{"challenge_id": ${id}, "solution": "x", "solution": "y"}`,
    "a name twice, once escaped": `{"challenge_id": ${id}, "solution": "x", "\\u0073olution": "y"}`,
    __proto__: `{"challenge_id": ${id}, "solution": "x", "__proto__": {"seq": 1}}`,
    "escaped __proto__": `{"challenge_id": ${id}, "solution": "x", "\\u005f_proto__": null}`,
    "lone surrogate": `{"challenge_id": ${id}, "solution": "\\ud800"}`,
  };
  for (const [name, body] of Object.entries(bodies)) {
    const answer = await post(url, path, body);
    assert.equal(answer.status, 400, name);
    assert.equal((await problemIn(answer)).code, "malformed_json", name);
  }
});

test("nesting past 16 levels is json_too_deep, however it is shaped", async (t) => {
  const { url } = await serve(t);
  const nested = (levels: number, open: string, close: string) =>
    `${open.repeat(levels)}1${close.repeat(levels)}`;
  for (const [open, close] of [
    ["[", "]"],
    ['{"a":', "}"],
  ] as const) {
    const at = await post(url, path, nested(16, open, close));
    assert.equal(
      (await problemIn(at)).code,
      "invalid_request",
      "16 levels are read, and then refused by the schema",
    );
    const past = await post(url, path, nested(17, open, close));
    assert.equal(past.status, 400);
    assert.deepEqual(await problemIn(past).then(({ code, limit }) => ({ code, limit })), {
      code: "json_too_deep",
      limit: 16,
    });
  }
  const bomb = await post(url, path, "[".repeat(60_000));
  assert.equal((await problemIn(bomb)).code, "json_too_deep");
  const text = JSON.stringify({ challenge_id, solution: `"\\"${"[{".repeat(1000)}` });
  assert.equal((await post(url, path, text)).status, 202, "brackets inside texts do not nest");
});

test("a body of unknown members is refused by their number; a large one by its schema, without a search", async (t) => {
  const { url } = await serve(t);
  const unknown = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`m${n}`, n]));
  const answer = await post(url, path, JSON.stringify({ challenge_id, ...unknown }));
  assert.equal(answer.status, 400);
  const { code, limit, blame } = await problemIn(answer);
  assert.deepEqual({ code, limit, blame }, { code: "too_many_members", limit: 32, blame: "miner" });
  const long = await post(url, path, JSON.stringify({ challenge_id, solution: Array(10_000).fill(1) }));
  assert.equal(long.status, 422);
  const { field, expected } = await problemIn(long);
  assert.deepEqual({ field, expected }, { field: "body", expected: "does not match its schema" });
});

test("a schema fault names its member", async (t) => {
  const { url } = await serve(t);
  const faults: [unknown, string][] = [
    [null, "body"],
    [[], "body"],
    ["text", "body"],
    [7, "body"],
    [{}, "/challenge_id"],
    [{ solution: "x" }, "/challenge_id"],
    [{ challenge_id: 7, solution: "x" }, "/challenge_id"],
    [{ challenge_id }, "/solution"],
    [{ challenge_id, solution: null }, "/solution"],
    [{ challenge_id, solution: ["x"] }, "/solution"],
    [{ challenge_id, solution: "x", assignment_b64: "AA==" }, "/assignment_b64"],
    [{ challenge_id, assignment_b64: 1 }, "/assignment_b64"],
    [{ challenge_id, solution: "x", seq: -1 }, "/seq"],
    [{ challenge_id, solution: "x", seq: 1.5 }, "/seq"],
    [{ challenge_id, solution: "x", seq: "1" }, "/seq"],
    [{ challenge_id, solution: "x", seq: 4_294_967_296 }, "/seq"],
    [{ challenge_id, solution: "x", hotkey }, "/hotkey"],
    [{ challenge_id, solution: "x", constructor: {} }, "/constructor"],
    [{ challenge_id, solution: "x", toString: 1 }, "/toString"],
  ];
  for (const [body, field] of faults) {
    const answer = await post(url, path, JSON.stringify(body));
    assert.equal(answer.status, 422, JSON.stringify(body));
    const problem = await problemIn(answer);
    assert.equal(problem.code, "invalid_request");
    assert.equal(problem.field, field, JSON.stringify(body));
    assert.ok(problem.detail.includes(field));
  }
  const long = await problemIn(
    await post(url, path, JSON.stringify({ challenge_id, ["n".repeat(5000)]: 1 })),
  );
  assert.equal(long.field?.length, 80, "what is echoed is bounded");
});

test("an answer reaches the handler as its bytes", async (t) => {
  const { seen, submit } = recordingSubmit();
  const { url } = await serve(t, { submit });
  const raw = `{ "challenge_id":"${challenge_id}",\n "solution":"s \\u00e9\\nv 1 0" , "seq": 4294967295}`;
  const answer = await post(url, path, raw);
  assert.equal(answer.status, 202);
  assert.equal(seen.length, 1);
  const [{ caller, request } = assert.fail()] = seen;
  assert.deepEqual(request, {
    challenge_id,
    answer: { encoding: "text", bytes: Buffer.from("s é\nv 1 0") },
    seq: 4_294_967_295,
  });
  assert.equal(Buffer.from(caller.rawBody).toString(), raw, "the signed bytes are the bytes that came");
  assert.equal(caller.headers["content-type"], "application/json");
  assert.equal(caller.signal.aborted, false);
});

test("assignment_b64 is standard base64, padded or not, and nothing else", async (t) => {
  const { seen, submit } = recordingSubmit();
  const { url } = await serve(t, { submit });
  const good: Record<string, number[]> = {
    "": [],
    "AA==": [0],
    AA: [0],
    "+/8=": [0xfb, 0xff],
    "+/8": [0xfb, 0xff],
    "////": [255, 255, 255],
  };
  for (const [assignment_b64, bytes] of Object.entries(good)) {
    const answer = await post(url, path, JSON.stringify({ challenge_id, assignment_b64 }));
    assert.equal(answer.status, 202, assignment_b64);
    assert.deepEqual(seen.at(-1)?.request.answer, { encoding: "bitset", bytes: Uint8Array.from(bytes) });
  }
  for (const assignment_b64 of [
    "A",
    "AAAAA",
    "A===",
    "AA=",
    "AAA==",
    "=",
    "AA==AA==",
    "-_8=",
    "A A=",
    "AB",
    "AAB=",
    "AA\n",
  ]) {
    const answer = await post(url, path, JSON.stringify({ challenge_id, assignment_b64 }));
    assert.equal(answer.status, 422, assignment_b64);
    assert.equal((await problemIn(answer)).field, "/assignment_b64");
  }
});

test("a session key is 32 bytes as hex or base64url, handed on as bytes", async (t) => {
  const seen: string[] = [];
  const { url } = await serve(t, {
    openSession: async (_caller, { publicKey, binds }) => {
      seen.push(`${Buffer.from(publicKey).toString("hex")}${binds ? " binds" : ""}`);
      return { session_id: "s", hotkey, expires_at: 1 };
    },
  });
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - i * 3));
  const hex = key.toString("hex");
  for (const text of [
    hex,
    hex.toUpperCase(),
    `0x${hex}`,
    key.toString("base64url"),
    `${key.toString("base64url")}=`,
  ]) {
    const answer = await post(url, "/v1/sessions", JSON.stringify({ ed25519_public_key: text }));
    assert.equal(answer.status, 201, text);
    assert.equal(seen.at(-1), hex);
  }
  const binding = JSON.stringify({ ed25519_public_key: hex, binds: "request" });
  assert.equal((await post(url, "/v1/sessions", binding)).status, 201);
  assert.equal(seen.at(-1), `${hex} binds`);
  const unknown = await post(url, "/v1/sessions", JSON.stringify({ ed25519_public_key: hex, binds: "body" }));
  assert.equal((await problemIn(unknown)).field, "/binds");
  for (const text of [
    "",
    hex.slice(2),
    `${hex}00`,
    `1x${hex}`,
    key.toString("base64"),
    key.toString("base64url").slice(1),
    `${"A".repeat(42)}B`,
  ]) {
    const answer = await post(url, "/v1/sessions", JSON.stringify({ ed25519_public_key: text }));
    assert.equal(answer.status, 422, text);
    assert.equal((await problemIn(answer)).field, "/ed25519_public_key");
  }
});

test("an operator's suspension is checked member by member", async (t) => {
  const { url } = await serve(t);
  const headers = { authorization: `Bearer ${operatorToken}` };
  const good = { hotkey, tempos: 20, reason: "answers resold" };
  const send = (body: object) => post(url, "/v1/admin/skiplist", JSON.stringify(body), headers);
  const made = await send(good);
  assert.equal(made.status, 201);
  assert.equal(((await made.json()) as { hotkey: string }).hotkey, hotkey);
  const faults: [object, string][] = [
    [{ ...good, tempos: 0 }, "/tempos"],
    [{ ...good, tempos: 100_001 }, "/tempos"],
    [{ ...good, reason: "" }, "/reason"],
    [{ ...good, reason: "x".repeat(501) }, "/reason"],
    [{ ...good, hotkey: "x" }, "/hotkey"],
    [{ ...good, hotkey: `${hotkey.slice(0, -1)}9` }, "/hotkey"],
    [{ ...good, forever: true }, "/forever"],
  ];
  for (const [body, field] of faults) {
    const answer = await send(body);
    assert.equal(answer.status, 422, field);
    assert.equal((await problemIn(answer)).field, field);
  }
  const reasons: (string | undefined)[] = [];
  const other = await serve(t, {
    release: async (_hotkey, reason) => {
      reasons.push(reason);
      return { hotkey, released: 1 };
    },
  });
  for (const query of ["", "?reason=a%20mistake"]) {
    const answer = await fetch(`${other.url}/v1/admin/skiplist/${hotkey}${query}`, {
      method: "DELETE",
      headers,
    });
    assert.equal(answer.status, 200);
  }
  assert.deepEqual(reasons, [undefined, "a mistake"]);
});

test("a body of exactly the limit passes, one more byte is 413", async (t) => {
  const { seen, submit } = recordingSubmit();
  const { url } = await serve(t, { submit }, { maxBodyBytes: 1000 });
  const frame = JSON.stringify({ challenge_id, solution: "" }).length;
  const sized = (bytes: number) => JSON.stringify({ challenge_id, solution: "v".repeat(bytes - frame) });
  assert.equal((await post(url, path, sized(1000))).status, 202);
  const past = await post(url, path, sized(1001));
  assert.equal(past.status, 413);
  const problem = await problemIn(past);
  assert.equal(problem.code, "body_too_large");
  assert.equal(problem.limit_bytes, 1000);
  assert.equal(seen.length, 1);
  assert.equal(seen[0]?.caller.rawBody.length, 1000);
});

test("a client that sends far too much still reads its 413", async (t) => {
  const { url } = await serve(t, {}, { maxBodyBytes: 1000 });
  for (let i = 0; i < 10; i++) {
    const answer = await post(url, path, "x".repeat(2_000_000));
    assert.equal(answer.status, 413);
    assert.equal((await problemIn(answer)).code, "body_too_large");
  }
});
