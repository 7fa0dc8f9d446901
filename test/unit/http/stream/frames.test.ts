import assert from "node:assert/strict";
import { test } from "node:test";
import { frameCodes } from "../../../../src/http/stream/frameCodes.ts";
import { hello, joinStream, openStream } from "../../../support/http/stream/miner.ts";
import { jobId, order, serveStreams } from "../../../support/http/stream/server.ts";
import { until } from "../../../support/until.ts";

const answerTo = (n: number, answer: unknown = { proof: { pi_a: ["1"] } }) => ({
  type: "answer",
  id: n,
  job_id: jobId(n),
  answer,
});

/** A binary frame with the header and the answer as they are given. */
function binary(header: object | string, answer: string, length?: number): Buffer {
  const head = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length ?? head.length);
  return Buffer.concat([prefix, head, Buffer.from(answer)]);
}

test("a job goes out as it was ordered, its size is that of the frame, and ids increase", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  const link = world.listener.link("a");
  const odd = { ...order(2, { ключ: "1", q: ['"', "\\"] }), kind: 'a"b\\', lane: "λ" };
  const sizes = [link.send(order(1)), link.send(odd)];
  const [first, second] = [await miner.next(), await miner.next()];
  const { id, ...rest } = first;
  assert.deepEqual(rest, { type: "job", ...order(1) });
  assert.deepEqual({ ...second, id: 0 }, { type: "job", id: 0, ...odd });
  assert.equal(second.id, id + 1);
  assert.deepEqual(
    sizes,
    [first, second].map((frame) => Buffer.byteLength(JSON.stringify(frame))),
  );
});

test("an answer and a failure reach the listener, and nothing comes back", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  const answer = { proof: { pi_a: ["1", "é"] } };
  miner.send(answerTo(1, answer));
  miner.send({ type: "fail", id: "x", job_id: jobId(2), code: "out_of_memory" });
  miner.send({ type: "pong" });
  miner.send({ type: "ping", id: 3 });
  assert.deepEqual({ ...(await miner.next()), id: 0 }, { type: "pong", id: 0, re: 3 });
  const [answered] = world.listener.of("answered");
  const [failed] = world.listener.of("failed");
  assert.equal(answered?.jobId, jobId(1));
  assert.deepEqual(JSON.parse(answered?.answer.text() ?? ""), answer);
  assert.equal(answered?.answer.size, Buffer.byteLength(JSON.stringify(answerTo(1, answer))));
  assert.deepEqual([failed?.jobId, failed?.code], [jobId(2), "out_of_memory"]);
  assert.equal(answered?.link, world.listener.link("a"));
});

test("a binary frame carries an answer that is handed on as it came", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  const text = `{ "big": "${"é".repeat(200_000)}" }`;
  const frame = binary({ type: "answer", id: 1, job_id: jobId(1) }, text);
  miner.send(frame);
  await until(() => world.listener.of("answered").length === 1);
  const [answered] = world.listener.of("answered");
  assert.equal(answered?.jobId, jobId(1));
  assert.equal(answered?.answer.text(), text);
  assert.equal(answered?.answer.size, frame.length);
});

test("what the listener refuses is told to the miner with its code", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  for (const code of ["job_unknown", "job_not_yours", "job_already_answered"] as const) {
    world.listener.refusal = code;
    miner.send(answerTo(7));
    const { id, ...error } = await miner.next();
    assert.deepEqual(error, { type: "error", re: 7, code, detail: frameCodes[code] });
    miner.send({ type: "fail", id: "seven", job_id: jobId(7), code: "x" });
    const { re, code: again } = await miner.next();
    assert.deepEqual([re, again], ["seven", code]);
  }
  assert.equal(world.counts.get("assay_stream_faulty_frames_total"), 6);
});

const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const longHeader = JSON.stringify({ type: "answer", job_id: jobId(1), pad: "x".repeat(1024) });

const faulty: readonly (readonly [string, string | Buffer | object, keyof typeof frameCodes])[] = [
  ["nothing", "", "bad_json"],
  ["no JSON", "{", "bad_json"],
  ["a number", "7", "bad_frame"],
  ["null", "null", "bad_frame"],
  ["an array", "[]", "bad_frame"],
  ["no type", { id: 1 }, "bad_frame"],
  ["a type that is no text", { type: 7 }, "bad_frame"],
  ["a type of ours", { type: "job" }, "unknown_type"],
  ["a type of the prototype", { type: "constructor" }, "unknown_type"],
  ["a second hello", hello(), "hello_again"],
  ["an answer without a job", { type: "answer", answer: {} }, "bad_frame"],
  ["a job id that is no text", { type: "answer", job_id: 7, answer: {} }, "bad_frame"],
  ["a job id too long", { type: "answer", job_id: `${jobId(1)}0`, answer: {} }, "bad_frame"],
  ["a job id in capitals", { type: "answer", job_id: jobId(10).toUpperCase(), answer: {} }, "bad_frame"],
  ["a job without an answer", { type: "answer", job_id: jobId(1) }, "bad_frame"],
  ["an answer of null", { type: "answer", job_id: jobId(1), answer: null }, "bad_frame"],
  ["a failure without a code", { type: "fail", job_id: jobId(1) }, "bad_frame"],
  ["a failure with a sentence", { type: "fail", job_id: jobId(1), code: "it broke" }, "bad_frame"],
  ["a failure with a code too long", { type: "fail", job_id: jobId(1), code: "x".repeat(65) }, "bad_frame"],
  ["deep nesting", `{"type":"answer","job_id":"${jobId(1)}","answer":${deep(16)}}`, "too_deep"],
  ["very deep nesting", `{"type":"answer","job_id":"${jobId(1)}","answer":${deep(200_000)}}`, "too_deep"],
  ["an empty binary frame", Buffer.alloc(0), "bad_frame"],
  ["a binary frame of three bytes", Buffer.alloc(3), "bad_frame"],
  ["a header longer than its frame", binary({ type: "answer" }, "", 500), "bad_frame"],
  ["a header of 4 GiB", binary({ type: "answer" }, "{}", 0xffff_ffff), "too_large"],
  ["a header past its bound", binary(longHeader, "{}"), "too_large"],
  ["a header without an answer behind it", binary({ type: "answer", job_id: jobId(1) }, ""), "bad_frame"],
  ["a header that is no JSON", binary("{", "{}"), "bad_json"],
  ["an empty header", binary("", "{}"), "bad_json"],
  ["a header of another type", binary({ type: "fail", job_id: jobId(1), code: "x" }, "{}"), "unknown_type"],
  ["a header without a job", binary({ type: "answer" }, "{}"), "bad_frame"],
];

test("every faulty frame is answered with its code, and the stream goes on", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  for (const [what, frame, code] of faulty) {
    miner.send(frame);
    const answer = await miner.next();
    assert.deepEqual([answer.type, answer.code], ["error", code], what);
    assert.equal(answer.detail, frameCodes[code]);
  }
  assert.equal(world.counts.get("assay_stream_faulty_frames_total"), faulty.length);
  miner.send(`{"type":"answer","job_id":"${jobId(1)}","answer":${deep(15)}}`);
  await until(() => world.listener.of("answered").length === 1);
  assert.equal(world.listener.of("answered")[0]?.answer.text(), deep(15));
  assert.deepEqual(world.listener.story, ["opened", "answered"]);
});

test("only a number or a short text is an id to come back to", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  const ids: readonly (readonly [unknown, unknown])[] = [
    [7, 7],
    ["x".repeat(64), "x".repeat(64)],
    ["x".repeat(65), null],
    [undefined, null],
    [{ a: 1 }, null],
  ];
  for (const [id, re] of ids) {
    miner.send({ type: "ping", id });
    assert.deepEqual((await miner.next()).re, re);
  }
});

const badHellos: readonly (readonly [string, string | object, keyof typeof frameCodes])[] = [
  ["another frame", answerTo(1), "hello_expected"],
  ["a ping", { type: "ping" }, "hello_expected"],
  ["no JSON", "hello", "bad_json"],
  ["no lanes", { type: "hello", capacity: 1 }, "bad_frame"],
  ["an empty list", hello(8, []), "bad_frame"],
  ["lanes that are no texts", { type: "hello", lanes: ["groth16", 7], capacity: 1 }, "bad_frame"],
  ["kinds that are no list", { ...hello(), kinds: "square" }, "bad_frame"],
  ["no kinds", { ...hello(), kinds: [] }, "bad_frame"],
  ["kinds that are no texts", { ...hello(), kinds: ["square", 7] }, "bad_frame"],
  ["a kind too long", { ...hello(), kinds: ["k".repeat(65)] }, "bad_frame"],
  ["too many kinds", { ...hello(), kinds: Array(257).fill("square") }, "bad_frame"],
  ["only lanes of elsewhere", hello(8, ["sat"]), "no_lane_served"],
  ["only kinds of elsewhere", { ...hello(), kinds: ["sphere"] }, "no_kind_served"],
  ["a lane of the prototype", hello(8, ["constructor"]), "no_lane_served"],
  ["no capacity", { type: "hello", lanes: ["groth16"] }, "bad_frame"],
  ["a capacity of nothing", hello(0), "bad_frame"],
  ["a broken capacity", hello(1.5), "bad_frame"],
  ["an endless capacity", '{"type":"hello","lanes":["groth16"],"capacity":1e999}', "bad_frame"],
  ["a capacity in words", { type: "hello", lanes: ["groth16"], capacity: "8" }, "bad_frame"],
];

test("a stream that does not begin with a good hello is told why and closed", async (t) => {
  const world = await serveStreams(t);
  for (const [what, frame, code] of badHellos) {
    const miner = await openStream(world.port, "a");
    miner.send(frame);
    miner.send(hello());
    assert.deepEqual((await miner.next()).code, code, what);
    assert.deepEqual(await miner.closed, { code: 1008, reason: "protocol" });
  }
  assert.deepEqual(world.listener.story, [], "nobody heard of them");
});

test("a capacity past the bound is the bound", async (t) => {
  const world = await serveStreams(t);
  await joinStream(world.port, "a", 65_536);
  await joinStream(world.port, "b", 65_537);
  assert.deepEqual([world.listener.link("a").capacity, world.listener.link("b").capacity], [65_536, 65_536]);
});

test("a frame of the bound is read, one byte more ends the stream with 1009", async (t) => {
  const world = await serveStreams(t, { streams: { maxFrameBytes: 1000 } });
  const miner = await joinStream(world.port, "a");
  const frame = (bytes: number) => {
    const bare = JSON.stringify(answerTo(1, { pad: "" }));
    return JSON.stringify(answerTo(1, { pad: "x".repeat(bytes - bare.length) }));
  };
  miner.send(frame(1000));
  await until(() => world.listener.of("answered").length === 1);
  miner.send(frame(1001));
  assert.equal((await miner.closed).code, 1009);
  assert.deepEqual(world.listener.story, ["opened", "answered", "closed protocol"]);
});

test("frames that break the WebSocket protocol end the stream", async (t) => {
  const world = await serveStreams(t);
  const bytes = [
    Buffer.from([0x81, 0x02, 0x7b, 0x7d]),
    Buffer.from([0xc1, 0x82, 0, 0, 0, 0, 0x7b, 0x7d]),
    Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]),
    Buffer.from([0x80, 0x80, 0, 0, 0, 0]),
  ];
  for (const [i, faultyBytes] of bytes.entries()) {
    const miner = await joinStream(world.port, `${i}`);
    (miner.ws as unknown as { _socket: NodeJS.WritableStream })._socket.write(faultyBytes);
    const { code } = await miner.closed;
    assert.ok(code === 1002 || code === 1007, `${code}`);
    await until(() => world.listener.story.at(-1) === "closed protocol");
  }
});

test("more than 100 faulty frames in a minute end the stream, 100 do not, nor 200 in two", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  for (let minute = 0; minute < 2; minute++) {
    for (let n = 0; n < 100; n++) miner.send("{");
    for (let n = 0; n < 100; n++) assert.equal((await miner.next()).code, "bad_json");
    world.clock.advance(60_000);
  }
  miner.send({ type: "ping", id: "still" });
  assert.equal((await miner.next()).re, "still");
  for (let n = 0; n < 101; n++) miner.send("{");
  for (let n = 0; n < 100; n++) assert.equal((await miner.next()).code, "bad_json");
  assert.equal((await miner.next()).code, "too_many_faults");
  assert.deepEqual(await miner.closed, { code: 1008, reason: "protocol" });
  assert.deepEqual(world.listener.story, ["opened", "closed protocol"]);
});

test("pings past their number are faults, in JSON and of the protocol alike", async (t) => {
  const world = await serveStreams(t, { streams: { pingsPerMinute: 3, faultsPerMinute: 2 } });
  const miner = await joinStream(world.port, "a");
  miner.ws.ping();
  miner.send({ type: "ping", id: 1 });
  assert.equal((await miner.next()).type, "pong");
  miner.ws.ping();
  assert.equal((await miner.next()).code, "too_many_pings");
  miner.send({ type: "ping", id: 2 });
  const { re, code } = await miner.next();
  assert.deepEqual([re, code], [2, "too_many_pings"]);
  miner.ws.ping();
  assert.equal((await miner.next()).code, "too_many_faults");
  assert.equal((await miner.closed).code, 1008);
});

test("a listener that throws costs its frame alone", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  world.listener.answered = () => {
    throw new TypeError("broken");
  };
  miner.send(answerTo(5));
  const { re, code } = await miner.next();
  assert.deepEqual([re, code], [5, "internal"]);
  miner.send({ type: "ping", id: "still" });
  assert.equal((await miner.next()).re, "still");
});

test("frames and bytes are counted by direction, without a label for each miner", async (t) => {
  const world = await serveStreams(t);
  const miner = await joinStream(world.port, "a");
  const before = world.counts.get("assay_stream_frame_bytes_total", { direction: "out" });
  const size = world.listener.link("a").send(order(1));
  await miner.next();
  const out = () => world.counts.get("assay_stream_frame_bytes_total", { direction: "out" });
  await until(() => out() >= size && out() !== before);
  await until(() => world.counts.get("assay_stream_frames_total", { direction: "in" }) === 2);
  assert.equal(world.counts.get("assay_stream_frames_total", { direction: "out" }), 2, "a pong and a job");
});

test("a hello may say which kinds the miner has; those of elsewhere do not count", async (t) => {
  const world = await serveStreams(t);
  const kinds = ["square", "sphere", ...Array(253).fill("x"), "k".repeat(64)];
  const hellos: readonly (readonly [string, object, readonly string[] | null])[] = [
    ["a", { ...hello(), kinds }, ["square"]],
    ["b", hello(), null],
    ["c", { ...hello(), kinds: null }, null],
  ];
  for (const [hotkey, frame, expected] of hellos) {
    const miner = await openStream(world.port, hotkey);
    miner.send(frame);
    await until(() => world.listener.of("opened").some(({ link }) => link.hotkey === hotkey));
    const link = world.listener.link(hotkey);
    assert.deepEqual(link.kinds ? [...link.kinds] : null, expected);
  }
});
