import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import type { Status } from "../../../src/http/handlers.ts";
import { fetched } from "../../support/documents.ts";
import { signedHeaders } from "../../support/epistula/signedFetch.ts";
import { PushWorld, pushDir } from "../../support/validator/push/world.ts";

// Headers that somebody saw on the way are sent again while their signature is still fresh.

/** How an upgrade with these headers ends: the status of its answer, 101 for a stream. */
function upgraded(url: string, headers: Record<string, string>): Promise<number> {
  const handshake = {
    ...{ connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" },
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/stream`, { headers: { ...handshake, ...headers }, agent: false });
    sent.on("upgrade", (_answer, socket) => {
      socket.destroy();
      resolve(101);
    });
    sent.on("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("the headers of a read, or of a stream, open no stream; fresh ones do", async (t) => {
  const world = await PushWorld.start(pushDir({ rate: "1" }));
  t.after(() => world.close());
  const { validator } = await fetched<Status>(world.url, "/v1/status");
  const seen = await signedHeaders("//Alice", validator);
  const read = () => fetch(`${world.url}/v1/challenges?limit=1`, { headers: seen });
  assert.equal((await read()).status, 200);
  assert.equal(await upgraded(world.url, seen), 401);
  assert.equal((await read()).status, 200, "a read may come again");
  const fresh = await signedHeaders("//Alice", validator);
  assert.equal(await upgraded(world.url, fresh), 101);
  assert.equal(await upgraded(world.url, fresh), 401);
  const stolen = await fetch(`${world.url}/v1/challenges?limit=1`, { headers: fresh });
  assert.deepEqual(
    [stolen.status, ((await stolen.json()) as { code: string }).code],
    [401, "signature_used"],
  );
});
