import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import {
  dial,
  exchange,
  problemOfRaw,
  recordingSubmit,
  serve,
  statusOfRaw,
  submission,
} from "../../support/http/server.ts";
import { serveStreams } from "../../support/http/stream/server.ts";
import { until } from "../../support/until.ts";

// What RFC 9110, 9112 and 6455 ask of a server, one test per rule.

const get = (lines: readonly string[], target = "/healthz", version = "1.1"): string =>
  `GET ${target} HTTP/${version}\r\n${["Connection: close", ...lines].join("\r\n")}\r\n\r\n`;
const post = (lines: readonly string[], body = submission): string =>
  `POST /v1/submissions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n${body}`;
const length = `Content-Length: ${submission.length}`;
const chunks = `${submission.length.toString(16)}\r\n${submission}\r\n0\r\n\r\n`;

describe("Host (RFC 9112 section 3.2)", () => {
  const good = [
    "Host: x",
    "Host: x:8420",
    "Host: 127.0.0.1:1",
    "Host: [::1]",
    "Host: [2001:db8::1]:8420",
    "Host:",
  ];
  good.push("host: validator.example.org", "HOST: a_b-c.d", "Host: x%20y", "Host: x:");
  for (const line of good)
    it(`"${line}" is taken`, async (t) => {
      const { port } = await serve(t);
      assert.equal(statusOfRaw(await exchange(port, get([line]))), 200);
    });
  const bad: Record<string, string[]> = {
    two: ["Host: x", "Host: y"],
    "two of the same": ["Host: x", "host: x"],
    "a path": ["Host: x/y"],
    "a user": ["Host: u@x"],
    "two ports": ["Host: x:1:2"],
    "a space": ["Host: x y"],
    "a list": ["Host: x, y z"],
    "a port that is no number": ["Host: x:http"],
    "open brackets": ["Host: [::1"],
    none: [],
  };
  for (const [name, lines] of Object.entries(bad))
    it(`${name}: 400`, async (t) => {
      const { port } = await serve(t);
      const answer = await exchange(port, get(lines));
      assert.deepEqual([statusOfRaw(answer), problemOfRaw(answer).code], [400, "malformed_request"]);
    });
  it("in HTTP/1.0 there may be none, and at most one", async (t) => {
    const { port } = await serve(t);
    assert.equal(statusOfRaw(await exchange(port, get([], "/healthz", "1.0"))), 200);
    assert.equal(statusOfRaw(await exchange(port, get(["Host: x", "Host: x"], "/healthz", "1.0"))), 400);
  });
});

test("a target in absolute form is its path (RFC 9112 section 3.2.2); one that is no http URL is 400", async (t) => {
  const { port } = await serve(t);
  const status = async (target: string) => statusOfRaw(await exchange(port, get(["Host: x"], target)));
  for (const target of ["http://x/healthz", "HTTP://other:1/healthz?a=b", "https://[::1]:1/healthz"])
    assert.equal(await status(target), 200, target);
  assert.equal(await status("http://x/nope"), 404);
  assert.equal(await status("http://x?offset=1"), 200, "the root, which is the dashboard");
  assert.equal(await status("http://x/%68ealthz"), 200);
  for (const target of ["http:///healthz", "http://u@x/healthz", "ftp://x/healthz"])
    assert.equal(await status(target), 400, target);
});

test("an encoded body is 415 and names what is taken (RFC 9110 section 15.5.16); identity is none", async (t) => {
  const { seen, submit } = recordingSubmit();
  const { port } = await serve(t, { submit });
  for (const encoding of ["gzip", "br, identity", "x-unknown"]) {
    const answer = await exchange(port, post([length, `Content-Encoding: ${encoding}`]));
    assert.deepEqual([statusOfRaw(answer), problemOfRaw(answer).code], [415, "unsupported_content_encoding"]);
    assert.match(answer, /\r\naccept-encoding: identity\r\n/);
    assert.match(answer, /\r\ncontent-type: application\/problem\+json\r\n/);
  }
  assert.equal(seen.length, 0);
  assert.equal(statusOfRaw(await exchange(port, post([length, "Content-Encoding: identity"]))), 202);
  const bodiless = await exchange(port, get(["Host: x", "Content-Encoding: gzip"]));
  assert.equal(statusOfRaw(bodiless), 200, "without a body nothing is encoded");
});

test("a transfer coding besides chunked is 501 (RFC 9112 section 6.1), or 400 where the end of the body is not known", async (t) => {
  const { seen, submit } = recordingSubmit();
  const { port } = await serve(t, { submit });
  const answer = await exchange(port, post(["Transfer-Encoding: gzip, chunked"], chunks));
  assert.deepEqual([statusOfRaw(answer), problemOfRaw(answer).code], [501, "unsupported_transfer_coding"]);
  assert.match(answer, /\r\ncontent-type: application\/problem\+json\r\n/);
  assert.match(answer, /connection: close\r\n/i);
  assert.equal(statusOfRaw(await exchange(port, post(["Transfer-Encoding: gzip"], chunks))), 400);
  assert.equal(seen.length, 0);
  assert.equal(statusOfRaw(await exchange(port, post(["Transfer-Encoding: Chunked"], chunks))), 202);
});

const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const handshake = (given: {
  target?: string;
  version?: string;
  upgrade?: string;
  connection?: string;
}): string => {
  const { target = "/v1/stream", version = "1.1", upgrade = "websocket", connection = "Upgrade" } = given;
  const lines = [
    `Upgrade: ${upgrade}`,
    `Connection: ${connection}`,
    key,
    "Sec-WebSocket-Version: 13",
    "x-hotkey: a",
  ];
  return `GET ${target} HTTP/${version}\r\nHost: x\r\n${lines.join("\r\n")}\r\n\r\n`;
};

describe("an upgrade (RFC 9110 section 7.8, RFC 6455 section 4.2.1)", () => {
  const taken = {
    "in absolute form": { target: "http://x/v1/stream" },
    "with a query": { target: "/v1/stream?a=b" },
    "percent-encoded": { target: "/v1/%73tre%61m" },
    "in a list of protocols": { upgrade: "h2c, websocket" },
    "in other letters": { upgrade: "WebSocket", connection: "uPGRADE" },
    "beside keep-alive": { connection: "keep-alive, Upgrade" },
  };
  for (const [name, given] of Object.entries(taken))
    it(`${name} is a stream`, async (t) => {
      const { port } = await serveStreams(t);
      const socket = await dial(port);
      let received = "";
      socket.on("data", (chunk) => {
        received += String(chunk);
      });
      socket.write(handshake(given));
      await until(() => received.includes("\r\n\r\n"));
      assert.match(received, /^HTTP\/1\.1 101 /);
      assert.match(received, /\r\nUpgrade: websocket\r\n/);
      socket.destroy();
    });
  it("in HTTP/1.0 is ignored", async (t) => {
    const world = await serveStreams(t);
    const answer = await exchange(world.port, handshake({ version: "1.0" }));
    assert.equal(statusOfRaw(answer), 426);
    assert.deepEqual(world.callers, []);
  });
  it("that is not to WebSocket is 426, which names upgrade in Connection", async (t) => {
    const { port, url } = await serveStreams(t);
    for (const given of [{ upgrade: "h2c", connection: "Upgrade, close" }, { connection: "close" }]) {
      const answer = await exchange(port, handshake(given));
      assert.equal(statusOfRaw(answer), 426);
      assert.match(answer, /\r\nconnection: close, upgrade\r\n/i);
      assert.match(answer, /\r\nupgrade: websocket\r\n/i);
      assert.equal(problemOfRaw(answer).code, "upgrade_required");
    }
    const old = handshake({}).replace("Version: 13", "Version: 8");
    assert.match(await exchange(port, old), /^HTTP\/1\.1 426 [\s\S]*\r\nconnection: close, upgrade\r\n/i);
    const plain = await fetch(`${url}/v1/stream`);
    assert.deepEqual([plain.status, plain.headers.get("connection")], [426, "upgrade"]);
    await plain.text();
  });
});
