import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generatePrivateJwk, makeSigner } from "../../../../src/core/ed25519.ts";
import { runOrder } from "../../../../web/audit/audit.ts";
import { keyId, keysInText } from "../../../../web/audit/keys.ts";
import type { AuditOrder, FromWorker } from "../../../../web/audit/messages.ts";
import { chunksOf, pageModules } from "../../../support/audit/inPage.ts";
import { EPOCH, publishedLog, signer } from "../../../support/audit/world.ts";

// What the page's worker does between its order and its one answer; the rules themselves are compared in test/unit/audit/log.test.ts.

const log = await publishedLog();
const stranger = makeSigner(generatePrivateJwk());
const base = "https://validator.example/prefix/";
const order: AuditOrder = { base, epoch: EPOCH, key: null, seen: [] };

interface Served {
  readonly sampling?: unknown;
  readonly keys?: unknown;
  /** Of the log. */
  readonly chunks?: () => AsyncIterable<Uint8Array>;
}

function streamed(chunks: AsyncIterable<Uint8Array>): Response {
  const iterator = chunks[Symbol.asyncIterator]();
  const pull: UnderlyingDefaultSource<Uint8Array>["pull"] = async (controller) => {
    const { done, value } = await iterator.next();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  // Nothing is asked for ahead of the reader.
  const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  return new Response(body);
}

/** Plays an order against a validator that serves this; returns all that was told. */
async function played(
  served: Served = {},
  change: Partial<AuditOrder> = {},
  modules: Partial<Parameters<typeof runOrder>[1]> = {},
): Promise<FromWorker[]> {
  const {
    sampling = log.sampling,
    keys = { keys: [signer.jwk] },
    chunks = () => chunksOf(log.lines),
  } = served;
  const told: FromWorker[] = [];
  const get = async (url: string): Promise<Response> => {
    if (url === `${base}v1/sampling/${EPOCH}`) return Response.json(sampling);
    if (url === `${base}v1/keys`) return Response.json(keys);
    if (url === `${base}v1/audit/${EPOCH}`) return streamed(chunks());
    return Response.json({ code: "route_not_found", detail: "nothing here" }, { status: 404 });
  };
  await runOrder(
    { ...order, ...change },
    { ...pageModules, get, tell: (message) => told.push(message), ...modules },
  );
  return told;
}

function reportIn(told: readonly FromWorker[]) {
  const last = told.at(-1);
  return last?.kind === "report" ? last.report : assert.fail(JSON.stringify(last));
}

async function failure(served: Served, change: Partial<AuditOrder> = {}): Promise<string> {
  const [only, ...more] = await played(served, change);
  assert.deepEqual(more, []);
  return only?.kind === "failed" ? `${only.code}: ${only.message}` : assert.fail(JSON.stringify(only));
}

describe("an audit in the page", () => {
  it("is clean for a log as it was made, and says whose the keys are", async () => {
    const { verdict, keys, lines } = reportIn(await played());
    assert.deepEqual(
      { verdict, keys, lines },
      {
        ...{ verdict: "clean", lines: log.lines.length },
        keys: { from: "validator", key_ids: [signer.kid] },
      },
    );
    for (const key of [signer.jwk.x, JSON.stringify(signer.jwk), JSON.stringify({ keys: [signer.jwk] })]) {
      const report = reportIn(await played({ keys: null }, { key: ` ${key}\n` }));
      assert.deepEqual([report.verdict, report.keys], ["clean", { from: "given", key_ids: [signer.kid] }]);
    }
  });

  it("finds a log that is changed, and a key that did not sign", async () => {
    const codes = async (...args: Parameters<typeof played>): Promise<Set<string>> =>
      new Set(reportIn(await played(...args)).findings.map(({ code }) => code));
    const cut = await codes({ chunks: () => chunksOf(log.lines.slice(0, -1)) });
    assert.deepEqual(
      cut,
      new Set(["log_length_differs", "log_head_differs", "head_not_in_chain", "verdict_missing"]),
    );
    assert.deepEqual(
      await codes({}, { key: stranger.jwk.x }),
      new Set(["key_unknown", "head_forged", "head_unsigned"]),
    );
  });

  it("compares what was kept from earlier", async () => {
    assert.equal(reportIn(await played({}, { seen: [log.early] })).verdict, "clean");
    const { findings } = reportIn(await played({}, { seen: [{ ...log.early, commitment: "0".repeat(64) }] }));
    assert.deepEqual(
      findings.map(({ code }) => code),
      ["commitment_changed"],
    );
  });

  it("tells how far it is, of the lines that the validator states", async () => {
    let now = 0;
    const clock = { monotonicMs: () => (now += 300) };
    const told = await played({}, {}, { clock });
    const progress = told.flatMap((one) => (one.kind === "progress" ? [one.progress] : []));
    assert.ok(progress.length > 2);
    for (const [i, one] of progress.entries()) {
      assert.equal(one.lines_total, log.lines.length);
      assert.ok(one.lines >= (progress[i - 1]?.lines ?? 0) && one.bytes > (progress[i - 1]?.bytes ?? 0));
    }
    const last = told.at(-1);
    assert.ok(
      last?.kind === "report" && last.progress.lines === log.lines.length && last.progress.findings === 0,
    );
  });
});

describe("an audit in the page that cannot reach its end", () => {
  it("is partial after a cancel, with what it found so far", async () => {
    const stop = new AbortController();
    const chunks = async function* () {
      yield* chunksOf(["{}", ...log.lines.slice(1, 5)], 100_000);
      stop.abort();
      yield new Uint8Array([10]);
    };
    const report = reportIn(await played({ chunks }, {}, { signal: stop.signal }));
    assert.deepEqual([report.verdict, report.partial, report.lines], ["partial", "interrupted", 5]);
    assert.equal(report.findings[0]?.code, "line_malformed");
  });

  it("is partial where the connection breaks", async () => {
    const chunks = async function* () {
      yield* chunksOf(log.lines.slice(0, 3));
      throw new Error("connection lost");
    };
    assert.equal(reportIn(await played({ chunks })).partial, "reading the log failed: connection lost");
  });

  it("is never clean where signatures cannot be checked, and checks all else", async () => {
    const insecure = { subtle: undefined };
    const report = reportIn(await played({}, {}, insecure));
    assert.deepEqual([report.verdict, report.findings_total], ["partial", 0]);
    assert.match(report.partial ?? "", /^no signature was checked: .*https.*localhost/);
    const old = { ...crypto.subtle, importKey: () => Promise.reject(new Error("not supported")) };
    const older = reportIn(await played({}, {}, { subtle: old as unknown as typeof crypto.subtle }));
    assert.match(older.partial ?? "", /this browser has no Ed25519/);
    const changed = { chunks: () => chunksOf(log.lines.with(2, log.lines[1] ?? "")) };
    const { findings } = reportIn(await played(changed, {}, insecure));
    assert.ok(findings.some(({ code }) => code === "n_out_of_sequence"));
  });

  it("fails by name where there is nothing to audit", async () => {
    assert.match(await failure({ sampling: log.early }), /^epoch_open: /);
    assert.match(await failure({ sampling: { epoch: EPOCH } }), /^failed: .* is not a sampling document/);
    assert.match(await failure({ sampling: { ...log.sampling, epoch: 7 } }), /^failed: .*epoch 7 instead of/);
    assert.match(await failure({ keys: { keys: [] } }), /^failed: .*v1\/keys: neither/);
    assert.match(await failure({}, { key: "nonsense" }), /^failed: It is not a key/);
    assert.match(
      await failure({}, { epoch: 5 }),
      /^failed: .*\/v1\/sampling\/5 answered route_not_found: nothing here/,
    );
    assert.match(await failure({}, { base: "relative/" }), /^failed: /);
  });
});

it("a key is read from what people have, and its id is its own hash", () => {
  const hex = Buffer.from(signer.jwk.x, "base64url").toString("hex");
  for (const text of [signer.jwk.x, hex, JSON.stringify(signer.jwk)])
    assert.deepEqual(keysInText(text), [signer.jwk.x]);
  assert.equal(keyId(signer.jwk.x), signer.kid);
  for (const text of ["", "x", hex.toUpperCase(), "{}"]) assert.throws(() => keysInText(text), TypeError);
});
