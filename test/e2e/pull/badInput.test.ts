import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../src/core/clock.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import type { ValidatorClient } from "../../../src/miner/client.ts";
import { clientOf, ended, planted, receiptIn, submit } from "../../support/lanes/sat/answers.ts";
import { dataDirWith, removeDir, startValidator, type Validator } from "../../support/validator/validator.ts";

// What bad input gets, against a real process over real sockets.

let validator: Validator;
let alice: ValidatorClient;
let validatorHotkey: string;
let seq = 0;

before(async () => {
  const dir = dataDirWith({ chain: { block_ms: 1000 }, admit: { body_deadline_ms: 1000 } });
  validator = await startValidator(dir, ["--log-level", "error"]);
  alice = await clientOf(validator.url, "//Alice");
  const status = await alice.get("/v1/status");
  validatorHotkey = (JSON.parse(status.text) as { validator: string }).validator;
});

after(async () => {
  assert.equal(await validator.stop(), 0, "drains and exits 0");
  removeDir(validator.dataDir);
});

interface Refusal {
  readonly status: number;
  readonly problem: Record<string, unknown>;
  readonly headers: Headers;
}

async function ask(path: string, init: RequestInit = {}): Promise<Refusal> {
  const response = await fetch(validator.url + path, init);
  const text = await response.text();
  if (response.status >= 400)
    assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
  return {
    status: response.status,
    problem: JSON.parse(text) as Record<string, unknown>,
    headers: response.headers,
  };
}

interface SignedOptions {
  readonly uri?: string;
  readonly ageMs?: number;
  readonly signedFor?: string;
  readonly change?: (headers: Record<string, string>) => void;
  readonly sentBody?: string;
}

/** A submission signed by hand, so that any part of it can be wrong. */
async function post(body: string, options: SignedOptions = {}): Promise<Refusal> {
  const keypair = await keypairOfUri(options.uri ?? "//Alice");
  const timestamp = String(systemClock.nowMs() - (options.ageMs ?? 0));
  const uuid = systemRandom.uuid();
  const signedFor = options.signedFor ?? validatorHotkey;
  const signature = keypair.sign(Buffer.from(`${sha256Hex(body)}.${uuid}.${timestamp}.${signedFor}`));
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    "Epistula-Version": "2",
    "Epistula-Timestamp": timestamp,
    "Epistula-Uuid": uuid,
    "Epistula-Signed-By": keypair.hotkey,
    "Epistula-Signed-For": signedFor,
    "Epistula-Request-Signature": `0x${Buffer.from(signature).toString("hex")}`,
  };
  options.change?.(headers);
  return ask("/v1/submissions", { method: "POST", headers, body: options.sentBody ?? body });
}

const bodyOf = (challengeId: string, assignment = "AAAA"): string =>
  JSON.stringify({ challenge_id: challengeId, assignment_b64: assignment });
const own = () => planted(alice.keypair.hotkey, seq++);

function refused(refusal: Refusal, status: number, code: string, blame = "miner"): void {
  assert.deepEqual([refusal.status, refusal.problem.code, refusal.problem.blame], [status, code, blame]);
  assert.equal(refusal.problem.status, status);
  assert.ok(typeof refusal.problem.title === "string" && typeof refusal.problem.detail === "string");
}

test("unknown route 404", async () => refused(await ask("/v1/nothing"), 404, "route_not_found"));

test("wrong method 405 with Allow", async () => {
  const answer = await ask("/v1/submissions", { method: "PUT" });
  refused(answer, 405, "method_not_allowed");
  assert.match(answer.headers.get("allow") ?? "", /POST/);
});

test("wrong content type 415", async () => {
  const answer = await post(bodyOf(own().challengeId), {
    change: (headers) => {
      headers["Content-Type"] = "text/plain";
    },
  });
  refused(answer, 415, "unsupported_media_type");
});

test("not JSON 400", async () => refused(await post("{not json"), 400, "malformed_json"));

test("over-deep JSON 400", async () => {
  refused(await post(`{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`), 400, "json_too_deep");
});

test("schema fault 422 naming the field", async () => {
  const answer = await post(JSON.stringify({ challenge_id: 7, assignment_b64: "AAAA" }));
  refused(answer, 422, "invalid_request");
  assert.match(String(answer.problem.field), /challenge_id/);
  const both = await post(
    JSON.stringify({ challenge_id: own().challengeId, assignment_b64: "AAAA", solution: "s" }),
  );
  refused(both, 422, "invalid_request");
});

test("body too large 413: honest length, chunked, lying length", async () => {
  const large = JSON.stringify({ challenge_id: own().challengeId, solution: "x".repeat(70_000) });
  refused(await post(large), 413, "body_too_large");
  assert.match(
    await raw(
      `POST /v1/submissions HTTP/1.1\r\nHost: v\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{}`,
    ),
    /^HTTP\/1\.1 413 /,
  );
  const chunk = `${(70_000).toString(16)}\r\n${"x".repeat(70_000)}\r\n0\r\n\r\n`;
  assert.match(
    await raw(
      `POST /v1/submissions HTTP/1.1\r\nHost: v\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    ),
    /^HTTP\/1\.1 413 /,
  );
});

/** Sends text as it is and returns all that comes back before the connection ends or a second passed without data. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(validator.url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text));
    let received = "";
    socket.setTimeout(4000, () => socket.destroy());
    socket.on("data", (chunk) => {
      received += chunk.toString();
      if (/\r\n\r\n[\s\S]*\}$/.test(received)) socket.destroy();
    });
    socket.on("error", (error) => (received === "" ? reject(error) : undefined));
    socket.on("close", () => resolve(received));
  });
}

test("a half-sent body ends by its deadline and holds nothing meanwhile", async () => {
  const half = raw(
    `POST /v1/submissions HTTP/1.1\r\nHost: v\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a`,
  );
  await sleep(100);
  const { gate } = JSON.parse((await alice.get("/v1/status")).text) as {
    gate: { used: number; waiting: number };
  };
  assert.deepEqual([gate.used, gate.waiting], [0, 0]);
  assert.match(await half, /^HTTP\/1\.1 408 /);
});

test("each header missing 401 naming it", async () => {
  for (const name of ["Version", "Timestamp", "Uuid", "Signed-By", "Signed-For", "Request-Signature"].map(
    (part) => `Epistula-${part}`,
  )) {
    const answer = await post(bodyOf(own().challengeId), {
      change: (headers) => {
        delete headers[name];
      },
    });
    refused(answer, 401, "header_missing");
    assert.equal(answer.problem.header, name);
  }
});

test("each header malformed 401 naming it", async () => {
  const broken = {
    "Epistula-Version": "1",
    "Epistula-Timestamp": "yesterday",
    "Epistula-Uuid": "not a uuid!",
    "Epistula-Signed-By": "5Grw",
    "Epistula-Request-Signature": "0x12",
  };
  for (const [name, value] of Object.entries(broken)) {
    const answer = await post(bodyOf(own().challengeId), {
      change: (headers) => {
        headers[name] = value;
      },
    });
    refused(answer, 401, "header_malformed");
    assert.equal(answer.problem.header, name);
  }
});

test("stale and future timestamps 401", async () => {
  refused(await post(bodyOf(own().challengeId), { ageMs: 20_000 }), 401, "timestamp_stale");
  refused(await post(bodyOf(own().challengeId), { ageMs: -20_000 }), 401, "timestamp_ahead");
});

test("signed for another validator 401", async () => {
  const other = (await keypairOfUri("//Bob")).hotkey;
  refused(await post(bodyOf(own().challengeId), { signedFor: other }), 401, "wrong_validator");
});

test("tampered body 401", async () => {
  const { challengeId, right, wrong } = own();
  refused(
    await post(bodyOf(challengeId, right), { sentBody: bodyOf(challengeId, wrong) }),
    401,
    "bad_signature",
  );
});

test("malformed id 400", async () => {
  for (const id of ["", "pm-t1-e1-xyz", "pm-t01-e1-000000000000000000000000", `${own().challengeId}0`])
    refused(await post(bodyOf(id)), 400, "malformed_challenge_id");
});

test("expired and future epochs 410", async () => {
  for (const epoch of [100, 999_999_999])
    refused(
      await post(bodyOf(planted(alice.keypair.hotkey, 0, 1, epoch as never).challengeId)),
      410,
      "epoch_expired",
    );
});

test("foreign, bogus and out-of-range ids 404", async () => {
  const bob = (await keypairOfUri("//Bob")).hotkey;
  const { challengeId } = own();
  const bogus = challengeId.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
  for (const id of [planted(bob, 0).challengeId, bogus, planted(alice.keypair.hotkey, 10_000).challengeId])
    refused(await post(bodyOf(id)), 404, "not_your_challenge");
});

interface Case {
  readonly case: string;
  readonly solution: string;
  readonly ok: boolean;
  readonly reason: string | null;
}

test("every wrong solution is taken with 202 and then rejected with its code", async () => {
  const vectors = JSON.parse(
    readFileSync(new URL("../../vectors/indexed-and-sat.json", import.meta.url), "utf8"),
  ) as {
    solution_verdicts: { cases: Case[] };
  };
  // The instance is another one than the vectors', with 400 variables: cases that are wrong by form stay wrong by the same code.
  const byForm = new Set([
    "solution_missing_status",
    "solution_status_unsatisfiable",
    "solution_unknown_status",
    "solution_non_integer_literal",
    "solution_incomplete_assignment",
    "answer_missing_dimacs_solution",
  ]);
  const carol = await clientOf(validator.url, "//Carol");
  let challenge = 0;
  for (const { case: name, solution, ok, reason } of vectors.solution_verdicts.cases) {
    if (ok || !byForm.has(reason ?? "")) continue;
    const { challengeId } = planted(carol.keypair.hotkey, challenge++);
    const reply = await carol.signed(
      "POST",
      "/v1/submissions",
      JSON.stringify({ challenge_id: challengeId, solution }),
    );
    if (reply.status === 422) continue;
    assert.equal(reply.status, 202, `${name}: ${reply.text}`);
    const receipt = await ended(carol, receiptIn(reply).receipt_id);
    assert.deepEqual([receipt.state, receipt.verdict?.code], ["rejected", reason], name);
  }
  const full = (literals: number[]) => `s SATISFIABLE\nv ${literals.join(" ")} 0\n`;
  const all = Array.from({ length: 400 }, (_, index) => index + 1);
  const made: [string, string][] = [
    [full([...all, 401]), "solution_variable_out_of_range"],
    [full([...all, -1]), "solution_contradictory_assignment"],
    [full(all), "solution_unsatisfied"],
  ];
  for (const [solution, code] of made) {
    const { challengeId } = planted(carol.keypair.hotkey, challenge++);
    const reply = await carol.signed(
      "POST",
      "/v1/submissions",
      JSON.stringify({ challenge_id: challengeId, solution }),
    );
    const receipt = await ended(carol, receiptIn(reply).receipt_id);
    assert.deepEqual([receipt.state, receipt.verdict?.code], ["rejected", code]);
  }
});

test("the right answer is accepted once, its receipt is the same again, another answer is refused", async () => {
  const { challengeId, right, wrong } = own();
  const first = await submit(alice, challengeId, right);
  assert.equal(first.status, 202);
  const receipt = await ended(alice, receiptIn(first).receipt_id);
  assert.deepEqual([receipt.state, receipt.weight], ["accepted", 1]);
  const again = await submit(alice, challengeId, right);
  assert.equal(again.status, 200);
  assert.equal(receiptIn(again).receipt_id, receipt.receipt_id);
  assert.deepEqual(
    [(await submit(alice, challengeId, wrong)).status, (await submit(alice, challengeId, wrong)).code],
    [409, "already_solved"],
  );
});

test("a challenge takes three answers", async () => {
  const { challengeId } = own();
  const answers = ["AA==", "AAA=", "AAAA", "AAAAAA=="];
  const replies = [];
  for (const answer of answers) replies.push(await submit(alice, challengeId, answer));
  assert.deepEqual(
    replies.map((reply) => [reply.status, reply.code]),
    [
      [202, null],
      [202, null],
      [202, null],
      [409, "attempts_exhausted"],
    ],
  );
});

test("too fast 429 with Retry-After, for this hotkey only", async () => {
  const slow = await startValidator(dataDirWith({ admit: { per_hotkey: { burst: 3, per_s: 0.01 } } }), [
    "--log-level",
    "error",
  ]);
  const dave = await clientOf(slow.url, "//Dave");
  const fourth = [];
  for (let n = 0; n < 4; n++)
    fourth.push(await submit(dave, planted(dave.keypair.hotkey, n).challengeId, "AAAA"));
  assert.deepEqual(
    fourth.map((reply) => reply.status),
    [202, 202, 202, 429],
  );
  assert.deepEqual([fourth[3]?.code, (fourth[3]?.retryAfterS ?? 0) >= 1], ["rate_limited", true]);
  const frank = await clientOf(slow.url, "//Frank");
  assert.equal((await submit(frank, planted(frank.keypair.hotkey, 0).challengeId, "AAAA")).status, 202);
  await slow.stop();
  removeDir(slow.dataDir);
});

test("operator routes need the token", async () => {
  refused(await ask("/v1/admin/skiplist"), 401, "unauthorized", "operator");
  refused(
    await ask("/v1/admin/skiplist", { headers: { Authorization: "Bearer wrong" } }),
    401,
    "unauthorized",
    "operator",
  );
});

test("suspended 403 with until_block; released again", async () => {
  const token = readFileSync(`${validator.dataDir}/keys/admin.token`, "utf8").trim();
  const erin = await clientOf(validator.url, "//Erin");
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const order = { hotkey: erin.keypair.hotkey, tempos: 1, reason: "test" };
  const added = await ask("/v1/admin/skiplist", { method: "POST", headers, body: JSON.stringify(order) });
  assert.equal(added.status, 201);
  const answer = await submit(erin, planted(erin.keypair.hotkey, 0).challengeId, "AAAA");
  assert.deepEqual([answer.status, answer.code], [403, "suspended"]);
  assert.equal((JSON.parse(answer.text) as { until_block: number }).until_block, added.problem.until_block);
  const released = await ask(`/v1/admin/skiplist/${erin.keypair.hotkey}`, {
    method: "DELETE",
    headers: { Authorization: `Bearer ${token}` },
  });
  assert.equal(released.status, 200);
  assert.equal((await submit(erin, planted(erin.keypair.hotkey, 0).challengeId, "AAAA")).status, 202);
});
