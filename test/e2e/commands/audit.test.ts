import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import type { AuditReport } from "../../../src/audit/log/report.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { PublishedEpoch } from "../../../src/flow/draw.ts";
import { circuitsDocument } from "../../../src/validator/circuitsDocument.ts";
import { answers, EPOCH, type PublishedLog, publishedLog, signer } from "../../support/audit/world.ts";
import { serve } from "../../support/http/server.ts";
import { removeDir, runAssay, spawnAssay, temporaryDir } from "../../support/validator/validator.ts";

// `assay audit` as anyone can run it: against the routes of a validator whose store has a closed epoch, and on saved files.

let log: PublishedLog;
let dir: string;
let files = 0;
/** Times that a validator was asked for its circuits. */
const asked: string[] = [];

before(async () => {
  log = await publishedLog();
  dir = temporaryDir();
});
after(() => removeDir(dir));

const file = (content: string): string => {
  const path = join(dir, `file-${files++}`);
  writeFileSync(path, content);
  return path;
};

/** The validator's routes over what it published; `change` is what it serves instead. */
async function validator(t: TestContext, change: Partial<PublishedLog> = {}): Promise<string> {
  const { lines, strikes, sampling } = { ...log, ...change };
  const { url } = await serve(t, {
    keys: () => ({ keys: [signer.jwk] }),
    sampling: async (epoch): Promise<PublishedEpoch> => {
      if (epoch !== EPOCH) throw new AssayError({ code: "epoch_not_found", epoch });
      return sampling;
    },
    closedEpochs: async () => ({
      items: [{ epoch: EPOCH, closed_at: 1, log_head: sampling.log_head }],
      next_before: null,
    }),
    auditLog: async function* () {
      for (const line of lines) yield `${line}\n`;
    },
    circuits: () => {
      asked.push("circuits");
      return circuitsDocument([answers.trapdoor.circuit]);
    },
    strikes: async (hotkey) =>
      JSON.stringify(strikes.find((one) => one.hotkey === hotkey) ?? { hotkey, items: [] }),
  });
  return url;
}

async function audit(...args: string[]): Promise<{ code: number | null; report: AuditReport }> {
  const { code, stdout, stderr } = await runAssay(["audit", ...args, "--json"]);
  assert.equal(stderr, "", args.join(" "));
  return { code, report: JSON.parse(stdout) as AuditReport };
}

async function refused(...args: string[]): Promise<[number | null, string]> {
  const { code, report } = await audit(...args);
  return [code, (report as unknown as { error: { code: string } }).error.code];
}

test("a closed epoch is clean from the network and from what was saved, with the validator's key or one's own", async (t) => {
  const url = await validator(t);
  const online = ["--url", `${url}/`, "--epoch", String(EPOCH)];
  const saved = join(dir, "saved.ndjson");
  const first = await audit(...online, "--save", saved);
  assert.deepEqual([first.code, first.report.verdict, first.report.lines], [0, "clean", log.lines.length]);
  assert.deepEqual(first.report.keys, { from: "validator", key_ids: [signer.kid] });
  const latest = await audit("--url", url, "--epoch", "latest");
  assert.deepEqual(latest, first);
  first.report = { ...first.report, keys: { from: "given", key_ids: [signer.kid] } };
  assert.deepEqual(await audit(...online, `--key=${signer.jwk.x}`), first);
  const jwks = file(JSON.stringify({ keys: [signer.jwk] }));
  assert.deepEqual(await audit("--file", saved, "--key", jwks), first);
  const curl = async (path: string): Promise<string> => file(await (await fetch(url + path)).text());
  const bare = await curl(`/v1/audit/${EPOCH}`);
  const sampling = await curl(`/v1/sampling/${EPOCH}`);
  assert.deepEqual(
    await audit("--file", bare, "--sampling", sampling, "--key", await curl("/v1/keys")),
    first,
  );
  const plain = await runAssay(["audit", "--file", saved, "--key", jwks]);
  assert.deepEqual([plain.code, plain.stderr], [0, ""]);
  assert.match(plain.stdout, /^epoch 100: clean, 0 findings$/m);
  assert.ok(plain.stdout.includes(`signatures checked with the key given: ${signer.kid}`));
  const trusting = await runAssay(["audit", ...online]);
  assert.match(trusting.stdout, /keys that the validator itself serves: .*; give --key, from another source/);
  assert.ok(plain.stdout.includes(`\n${log.lines.length} lines, `));
  assert.match(plain.stdout, /^groth16 +lane +1\/4 /m);
  const kept = readFileSync(saved, "utf8");
  assert.equal((await refused(...online, "--save", saved))[1], "file_unreadable");
  assert.equal(readFileSync(saved, "utf8"), kept, "what was saved is not replaced");
});

test("a validator that signs with another key than the one that is known is found", async (t) => {
  const url = await validator(t);
  const other = "A".repeat(43);
  const { code, report } = await audit("--url", url, "--epoch", String(EPOCH), "--key", other);
  const codes = new Set(report.findings.map((finding) => finding.code));
  assert.deepEqual(
    [code, report.verdict, codes],
    [1, "findings", new Set(["key_unknown", "head_forged", "head_unsigned"])],
  );
});

test("a log that is changed is found, in its line", async (t) => {
  const url = await validator(t, {
    lines: log.lines.with(4, (log.lines[4] ?? "").replace(" lane 0", " lane 1")),
  });
  const online = ["--url", url, "--epoch", String(EPOCH)];
  const { code, report } = await audit(...online);
  assert.deepEqual(
    [code, report.verdict, report.findings[0]?.code, report.findings[0]?.n],
    [1, "findings", "hash_mismatch", 4],
  );
  assert.equal(report.findings.length, report.findings_total);
  const plain = await runAssay(["audit", ...online]);
  assert.equal(plain.code, 1);
  assert.match(plain.stdout, /^hash_mismatch {2}line 4: /m);
});

test("a strike is checked again, from the validator or from what was saved", async (t) => {
  const url = await validator(t);
  const strikes = log.strikes.find(({ items }) => items.length > 0) ?? assert.fail();
  const workId = strikes.items[0]?.evidence.work_id ?? "";
  const key = file(JSON.stringify(answers.trapdoor.circuit.verificationKey));
  const again = ["--recheck", workId, "--circuit", `${answers.kind}=${key}`];
  const trusted = `--key=${signer.jwk.x}`;
  const online = await audit("--url", url, "--epoch", String(EPOCH), trusted, ...again);
  assert.deepEqual(online.report.rechecked, [
    { work_id: workId, hotkey: strikes.hotkey, outcome: "confirmed", code: "proof_rejected" },
  ]);
  assert.equal(online.code, 0);
  assert.deepEqual(asked, [], "a validator that serves no circuits can be audited with a key from elsewhere");
  const served = ["--url", url, "--epoch", String(EPOCH), trusted, "--recheck", workId];
  assert.deepEqual(await audit(...served), online, "the validator's own key, where none is given");
  assert.deepEqual(asked, ["circuits"]);
  const saved = join(dir, "strike.ndjson");
  await audit("--url", url, "--epoch", String(EPOCH), "--save", saved);
  const evidence = file(await (await fetch(`${url}/v1/miners/${strikes.hotkey}/strikes`)).text());
  const offline = ["--file", saved, trusted, "--evidence", evidence];
  assert.deepEqual(await audit(...offline, ...again), online);
});

describe("refusals", () => {
  it("an epoch that is open, and one that never was", async (t) => {
    const url = await validator(t, { sampling: log.early });
    assert.deepEqual(await refused("--url", url, "--epoch", String(EPOCH)), [1, "epoch_open"]);
    assert.deepEqual(await refused("--url", url, "--epoch", "7"), [1, "epoch_not_found"]);
    const { url: young } = await serve(t, { closedEpochs: async () => ({ items: [], next_before: null }) });
    assert.deepEqual(await refused("--url", young, "--epoch", "latest"), [1, "failed"]);
  });

  it("what is no validator, and nobody there", async () => {
    const server = createServer((_, response) => response.end("{}")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    assert.deepEqual(await refused("--url", url, "--epoch", "1"), [1, "failed"]);
    server.closeAllConnections();
    server.close();
    assert.deepEqual(await refused("--url", url, "--epoch", "1"), [1, "unreachable"]);
  });

  it("usage", async () => {
    const wrong = [
      [],
      ["--url", "x"],
      ["--url", "x", "--file", "y"],
      ["--url", "x", "--epoch", "-1"],
      ["--url", "x", "--epoch", "1", "--sampling", "y"],
      ["--file", "x"],
      ["--file", "x", "--key", "y", "--epoch", "1"],
      ["--file", "x", "--key", "y", "--save", "z"],
      ["--file", "x", "--key", "y", "--evidence", "z"],
      ["--file", "x", "--key", "y", "--recheck", "w", "--circuit", "z"],
    ];
    const script = join(import.meta.dirname, "../../support/cli/batch.ts");
    const commands = JSON.stringify(wrong.map((args) => ["audit", ...args, "--json"]));
    const { stdout } = await promisify(execFile)(process.execPath, [script, commands]);
    const outcomes = JSON.parse(stdout) as { code: number; stdout: string }[];
    for (const [i, outcome] of outcomes.entries()) {
      assert.equal(outcome.code, 2, wrong[i]?.join(" "));
      assert.match(outcome.stdout, /"code": "usage"/);
    }
    assert.equal(outcomes.length, wrong.length);
  });
});

test("Ctrl-C ends it with what it knows, which is partial", async () => {
  const first = `${log.lines[0]}\n`;
  const documents: Record<string, unknown> = {
    [`/v1/sampling/${EPOCH}`]: log.sampling,
    "/v1/keys": { keys: [signer.jwk] },
  };
  const server = createServer((request, response) => {
    const document = documents[request.url ?? ""];
    if (document === undefined) response.write(first);
    else response.end(JSON.stringify(document));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const saved = join(dir, "partial.ndjson");
  const args = ["audit", "--url", url, "--epoch", String(EPOCH), "--save", saved, "--json"];
  const spawned = spawnAssay(args);
  const isThere = (): boolean => {
    try {
      return readFileSync(saved, "utf8").endsWith(first);
    } catch {
      return false;
    }
  };
  while (!isThere() && spawned.process.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 20));
  spawned.process.kill("SIGINT");
  const [code] = (await once(spawned.process, "close")) as [number | null];
  server.closeAllConnections();
  server.close();
  const { verdict, partial, lines, findings } = JSON.parse(spawned.stdout()) as AuditReport;
  assert.deepEqual([code, verdict, partial, lines, findings], [1, "partial", "interrupted", 1, []]);
});
