import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { readPageFiles } from "../../../src/http/page/pageFiles.ts";
import { exchange, problemIn, serve } from "../../support/http/server.ts";

const asset = "assets/main-ABCDEFGH.js";

const get = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers });

/** The body as the socket has it: `fetch` would decode it. */
async function rawBody(port: number, encoding: string): Promise<{ head: string; body: Buffer }> {
  const answer = await exchange(
    port,
    `GET /${asset} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\nConnection: close\r\n\r\n`,
  );
  const at = answer.indexOf("\r\n\r\n");
  return { head: answer.slice(0, at).toLowerCase(), body: Buffer.from(answer.slice(at + 4), "utf8") };
}

test("the page is checked anew each time, its files never", async (t) => {
  const { url } = await serve(t);
  const page = await get(`${url}/`);
  assert.equal(page.status, 200);
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(page.headers.get("cache-control"), "no-cache");
  const script = await get(`${url}/${asset}`);
  assert.equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
  assert.equal(script.headers.get("cache-control"), "public, max-age=31536000, immutable");
  for (const { headers } of [page, script]) {
    assert.equal(
      headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("vary"), "Accept-Encoding");
  }
});

test("a client that has the file is told so", async (t) => {
  const { url } = await serve(t);
  const etag = (await get(`${url}/`)).headers.get("etag") ?? assert.fail();
  for (const held of [etag, `"other", W/${etag}`, "*"]) {
    const answer = await get(`${url}/`, { "if-none-match": held });
    assert.equal(answer.status, 304, held);
    assert.equal(await answer.text(), "");
  }
  assert.equal((await get(`${url}/`, { "if-none-match": '"other"' })).status, 200);
});

test("the smallest form that the client takes is sent", async (t) => {
  const { port } = await serve(t);
  const encodingOf = async (accepted: string) =>
    /content-encoding: (\w+)/.exec((await rawBody(port, accepted)).head)?.[1] ?? "none";
  assert.equal(await encodingOf("gzip, br"), "br");
  assert.equal(await encodingOf("gzip, br;q=0"), "gzip");
  assert.equal(await encodingOf("GZIP;q=0.5"), "gzip");
  assert.equal(await encodingOf("identity"), "none");
  assert.equal(await encodingOf("brotli"), "none");
});

test("a name that the page does not have, or that no file can have, is refused", async (t) => {
  const { url } = await serve(t);
  const answer = await get(`${url}/assets/main-OLDOLDOL.js`);
  assert.equal(answer.status, 404);
  assert.equal((await problemIn(answer)).code, "asset_not_found");
  const escaping = await get(`${url}/assets/..%2Findex.html`);
  assert.equal((await problemIn(escaping)).code, "invalid_request");
});

test("HEAD is answered, other methods are not", async (t) => {
  const { url } = await serve(t);
  assert.equal((await fetch(`${url}/`, { method: "HEAD" })).status, 200);
  assert.equal((await fetch(`${url}/`, { method: "DELETE" })).status, 405);
});

test("a page that was not built says how to build it", async (t) => {
  const { url } = await serve(t, {}, { page: null });
  const answer = await get(`${url}/`);
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
  assert.match(await answer.text(), /npm run web/);
  assert.equal((await get(`${url}/${asset}`)).status, 404);
});

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "assay-page-"));
  t.after(() => rm(path, { recursive: true }));
  mkdirSync(join(path, "assets"));
  return path;
}

function put(path: string, text: string): void {
  writeFileSync(path, text);
  writeFileSync(`${path}.br`, brotliCompressSync(text));
  writeFileSync(`${path}.gz`, gzipSync(text));
}

test("the files of a build are read with their compressed forms", async (t) => {
  const path = await folder(t);
  put(join(path, "index.html"), "<p>x");
  put(join(path, "assets/a-ABCDEFGH.css"), "p{}");
  writeFileSync(join(path, "manifest.json"), "{}");
  const files = readPageFiles(pathToFileURL(`${path}/`)) ?? assert.fail();
  assert.deepEqual([...files.assets.keys()], ["a-ABCDEFGH.css"]);
  const { mediaType, plain, br, gzip } = files.assets.get("a-ABCDEFGH.css") ?? assert.fail();
  assert.equal(mediaType, "text/css; charset=utf-8");
  assert.equal(brotliDecompressSync(br).toString(), "p{}");
  assert.equal(gunzipSync(gzip).toString(), plain.toString());
});

test("a build that did not come to its end is none", async (t) => {
  const path = await folder(t);
  put(join(path, "index.html"), "<p>x");
  assert.equal(readPageFiles(pathToFileURL(`${path}/`)), null);
  assert.equal(readPageFiles(pathToFileURL(`${path}/nowhere/`)), null);
});
