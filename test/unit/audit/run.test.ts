import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type AuditModules, type AuditRequest, auditEpoch } from "../../../src/audit/audit.ts";
import { readSampling } from "../../../src/audit/log/document.ts";
import { LogAudit } from "../../../src/audit/log/logAudit.ts";
import { runAudit } from "../../../src/audit/log/run.ts";
import { nodeHashes } from "../../../src/audit/nodeHashes.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { Evidence, StrikeList } from "../../../src/flow/strike.ts";
import { smallLimits } from "../../support/audit/audited.ts";
import {
  answers,
  entriesOf,
  hotkeyOf,
  keys,
  type PublishedLog,
  publishedLog,
  sealed,
  signer,
} from "../../support/audit/world.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { random } from "../../support/lanes/groth16/answers.ts";
import { problemOf } from "../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

// Audits of files, and rejected answers checked again. Those of a running validator: test/e2e/commands/audit.test.ts.

const log = await publishedLog();
const dir = temporaryDir();
after(() => removeDir(dir));

let files = 0;
function file(content: unknown): string {
  const path = join(dir, `file-${files++}`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const textOf = ({ lines }: Pick<PublishedLog, "lines">): string => lines.map((line) => `${line}\n`).join("");
const bundle = ({ sampling, lines }: Pick<PublishedLog, "sampling" | "lines">): string =>
  file(`${JSON.stringify(sampling)}\n${textOf({ lines })}`);

const modules: AuditModules = {
  ...{ clock: new FakeClock(0), signal: new AbortController().signal, random },
  progress: () => assert.fail("a short log has no progress"),
  ask: async () => assert.fail("a file asks nobody"),
};

function request(path: string, change: Partial<AuditRequest> = {}): AuditRequest {
  return {
    ...{ source: { kind: "file", file: path, sampling: null }, key: signer.jwk.x },
    ...{ seen: [], recheck: [], evidence: [], circuits: new Map() },
    ...change,
  };
}

describe("files", () => {
  const bare = file(textOf(log));
  const sampling = file(log.sampling);
  const withSampling = (path: string, document: string | null): Partial<AuditRequest> => ({
    source: { kind: "file", file: path, sampling: document },
  });

  it("are bundles, or logs with their document", async () => {
    const whole = await auditEpoch(request(bundle(log)), modules);
    assert.deepEqual([whole.verdict, whole.findings_total, whole.lines], ["clean", 0, log.lines.length]);
    assert.deepEqual(await auditEpoch(request("", withSampling(bare, sampling)), modules), whole);
    const { rate, drawn, sampled, realised, low, high } = whole.draws.groth16?.lane ?? assert.fail();
    assert.deepEqual([rate, realised], ["1/4", sampled / drawn]);
    assert.ok(low < realised && realised < high);
  });

  it("that do not say enough, or twice, are usage errors", async () => {
    for (const wrong of [
      withSampling(bare, null),
      withSampling(bundle(log), sampling),
      { ...withSampling(bare, sampling), key: null },
      withSampling(file(""), null),
      withSampling(file("nonsense"), null),
    ])
      assert.equal((await problemOf(() => auditEpoch(request("", wrong), modules))).code, "usage");
  });

  it("that cannot be read, or are of an open epoch, fail", async () => {
    const none = join(dir, "none");
    const codes: [AuditRequest, string][] = [
      [request(none), "file_unreadable"],
      [request(dir), "file_unreadable"],
      [request("", withSampling(bare, none)), "file_unreadable"],
      [request("", withSampling(bare, bare)), "file_unreadable"],
      [request("", withSampling(bare, file({}))), "failed"],
      [request(bundle(log), { seen: [file({})] }), "failed"],
      [request(bundle({ ...log, sampling: log.early })), "epoch_open"],
    ];
    for (const [one, code] of codes)
      assert.equal((await problemOf(() => auditEpoch(one, modules))).code, code);
  });

  it("are compared with documents from earlier", async () => {
    const early = file(log.early);
    assert.equal((await auditEpoch(request(bundle(log), { seen: [early] }), modules)).verdict, "clean");
    const rewritten = sealed(log, entriesOf(log.lines).slice(1));
    const { findings } = await auditEpoch(request(bundle(rewritten), { seen: [early] }), modules);
    assert.ok(findings.some(({ code }) => code === "head_not_in_chain"));
  });
});

describe("an audit that does not reach the end is partial", () => {
  const reading = { clock: modules.clock, signal: modules.signal, progress: () => undefined, everyMs: 5000 };
  const audit = () =>
    new LogAudit(readSampling(log.sampling, "test"), { keys, hashes: nodeHashes }, { limits: smallLimits });
  const half = Buffer.from(textOf(log)).subarray(0, 5000);

  it("when it is interrupted", async () => {
    const stop = new AbortController();
    const chunks = (async function* () {
      yield half;
      stop.abort();
      yield Buffer.from("nonsense\n");
    })();
    const one = audit();
    assert.equal(await runAudit(one, chunks, { ...reading, signal: stop.signal }), "interrupted");
    assert.equal(one.findings.total, 0, "neither an end nor what came too late was judged");
    assert.ok(one.counts().lines > 3);
  });

  it("when the log breaks off, and it says why", async () => {
    const chunks = (async function* () {
      yield half;
      throw new Error("connection lost");
    })();
    assert.equal(await runAudit(audit(), chunks, reading), "reading the log failed: connection lost");
  });

  it("and says how far it is every five seconds", async () => {
    const clock = new FakeClock(0);
    const told: string[] = [];
    const progress = (one: LogAudit) => {
      const { lines, rows } = one.counts();
      told.push(`${lines} lines, ${rows} draws`);
    };
    const chunks = (async function* () {
      for (const ms of [4999, 1, 4999, 1, 0]) {
        clock.advance(ms);
        yield half.subarray(0, half.indexOf(10) + 1);
      }
    })();
    await runAudit(audit(), chunks, { ...reading, clock, progress });
    assert.deepEqual(told, ["2 lines, 16 draws", "4 lines, 32 draws"]);
  });
});

describe("a rejected answer, checked again", () => {
  const strikes = log.strikes.find(({ items }) => items.length > 0) ?? assert.fail();
  const { evidence } = strikes.items[0] ?? assert.fail();
  const { work_id } = evidence;
  const key = file(answers.trapdoor.circuit.verificationKey);
  const circuits = new Map([[answers.kind, key]]);
  const changed = (change: Partial<Evidence>, hotkey = strikes.hotkey): StrikeList => ({
    hotkey,
    items: strikes.items.map((item) => ({ ...item, evidence: { ...evidence, ...change } })),
  });

  async function recheck(
    list: unknown,
    change: Partial<AuditRequest> = {},
    of: Pick<PublishedLog, "sampling" | "lines"> = log,
  ) {
    const asked = { recheck: [work_id], evidence: [file(list)], circuits, ...change };
    const { rechecked, findings, verdict } = await auditEpoch(request(bundle(of), asked), modules);
    return { rechecked, verdict, codes: findings.map(({ code }) => code) };
  }

  it("is confirmed when it is as wrong as the strike and the log say", async () => {
    const confirmed = { work_id, hotkey: strikes.hotkey, outcome: "confirmed", code: "proof_rejected" };
    assert.deepEqual(await recheck(strikes), { rechecked: [confirmed], verdict: "clean", codes: [] });
  });

  it("is refuted when the strike says other than the log", async () => {
    const { draw, exhibit = assert.fail() } = evidence;
    const lies: [Partial<Evidence>, string][] = [
      [{ answer_sha256: "0".repeat(64) }, "recheck_differs"],
      [{ verdict: { outcome: "invalid", code: "proof_malformed" } }, "recheck_differs"],
      [{ draw: { ...draw, sampled: false } }, "recheck_differs"],
      [{ draw: { ...draw, x: "0".repeat(16) } }, "recheck_differs"],
      [{ draw: { ...draw, class: "lane" } }, "recheck_differs"],
      [{ exhibit: { ...exhibit, answer: `${exhibit.answer} ` } }, "recheck_differs"],
    ];
    for (const [lie, code] of lies) {
      const { rechecked, codes } = await recheck(changed(lie));
      assert.deepEqual([rechecked[0]?.outcome, codes], ["refuted", [code]], JSON.stringify(lie));
    }
  });

  it("is refuted when the strike names another lane", async () => {
    const items = strikes.items.map((item) => ({ ...item, lane: "sat" }));
    const { rechecked, codes } = await recheck({ ...strikes, items });
    assert.deepEqual([rechecked[0]?.outcome, codes], ["refuted", ["recheck_differs"]]);
  });

  it("is refuted when it is right, though strike and log agree", async () => {
    const right = answers.good(7);
    const answer_sha256 = sha256Hex(right.answer);
    const lies = sealed(
      log,
      entriesOf(log.lines).map((entry) =>
        entry.type === "verdict" && entry.work_id === work_id ? { ...entry, answer_sha256 } : entry,
      ),
    );
    const list = changed({ answer_sha256, exhibit: { kind: answers.kind, ...right } });
    const { rechecked, codes, verdict } = await recheck(list, {}, lies);
    assert.deepEqual([rechecked[0]?.outcome, codes, verdict], ["refuted", ["recheck_refuted"], "findings"]);
    assert.equal(rechecked[0]?.code, null);
  });

  it("is refuted when it is wrong for another reason", async () => {
    const exhibit = evidence.exhibit ?? assert.fail();
    const swapped = { x: exhibit.input.x ?? "", y: [...(exhibit.input.y ?? [])].toReversed() };
    const { codes, rechecked } = await recheck(changed({ exhibit: { ...exhibit, input: swapped } }));
    assert.deepEqual([codes, rechecked[0]?.code], [["recheck_refuted"], "proof_signals_not_bound"]);
  });

  it("stays unchecked where something is missing", async () => {
    const { exhibit: _, ...bare } = evidence;
    const without = { hotkey: strikes.hotkey, items: [{ ...strikes.items[0], evidence: bare }] };
    const others: [unknown, Partial<AuditRequest>, string][] = [
      [strikes, { circuits: new Map() }, "recheck_impossible"],
      [strikes, { circuits: new Map([[answers.kind, file("{}")]]) }, "recheck_impossible"],
      [strikes, { circuits: new Map([[answers.kind, file("no JSON")]]) }, "recheck_impossible"],
      [without, {}, "recheck_impossible"],
      [{ hotkey: hotkeyOf(9), items: strikes.items }, {}, "recheck_not_found"],
      [strikes, { recheck: ["jb_unknown"] }, "recheck_not_found"],
      [strikes, { evidence: [] }, "recheck_not_found"],
    ];
    for (const [list, change, code] of others) {
      const { rechecked, codes, verdict } = await recheck(list, change);
      assert.deepEqual([rechecked[0]?.outcome, codes, verdict], ["unchecked", [code], "findings"]);
    }
    const rejected = entriesOf(log.lines).find(
      ({ state, receipt_id }) => state === "rejected" && receipt_id !== null,
    );
    const submission = await recheck(strikes, { recheck: [String(rejected?.work_id)] });
    assert.deepEqual(submission.codes, ["recheck_not_found"]);
  });

  it("fails on what is no list of strikes, and where a key cannot be read", async () => {
    const input = { ...evidence.exhibit, input: { x: 1 } };
    for (const list of [
      {},
      [],
      null,
      { hotkey: 1, items: [] },
      { hotkey: "x", items: [{}] },
      changed({ exhibit: input as never }),
    ])
      assert.equal((await problemOf(() => recheck(list))).code, "failed", JSON.stringify(list));
    const missing = { circuits: new Map([[answers.kind, join(dir, "none")]]) };
    assert.equal((await problemOf(() => recheck(strikes, missing))).code, "file_unreadable");
  });

  it("changes no file", () => {
    assert.ok(existsSync(key));
    assert.deepEqual(JSON.parse(readFileSync(key, "utf8")), answers.trapdoor.circuit.verificationKey);
  });
});
