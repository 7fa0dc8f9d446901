import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keysOf } from "../../src/audit/keys.ts";
import { readSampling, type SeenEpoch } from "../../src/audit/log/document.ts";
import { type AuditFinding, findingCodes } from "../../src/audit/log/findings.ts";
import { LogAudit } from "../../src/audit/log/logAudit.ts";
import { nodeHashes } from "../../src/audit/nodeHashes.ts";
import { auditLog } from "../../web/audit/auditLog.ts";
import { chunksOf, pageModules } from "../support/audit/inPage.ts";
import golden from "./audit.json" with { type: "json" };

// A log that was made once, and what an audit finds in it after each kind of tampering: by the command's hashes, and by the page's.

interface Tampered {
  readonly what: string;
  /** Members of the sampling document that are changed. */
  readonly sampling?: object;
  readonly seen?: SeenEpoch;
  /** From, how many lines, and what stands in their place. */
  readonly splice?: readonly [number, number, ...string[]];
  readonly findings: readonly Omit<AuditFinding, "detail">[];
}

const cases = golden.cases as unknown as readonly Tampered[];
const withoutText = (findings: readonly AuditFinding[]) => findings.map(({ detail: _, ...rest }) => rest);

describe("findings of the golden log", () => {
  for (const { what, sampling: change, seen: kept, splice, findings } of cases)
    it(what, async () => {
      const lines = splice === undefined ? golden.log : golden.log.toSpliced(...splice);
      const sampling = { ...golden.sampling, ...change };
      const seen = kept === undefined ? [] : [kept];
      const tools = { keys: keysOf({ kty: "OKP", crv: "Ed25519", x: golden.key }), hashes: nodeHashes };
      const command = new LogAudit(readSampling(sampling, "golden"), tools, { seen });
      for (const line of lines) command.line(Buffer.from(line));
      command.end();
      assert.deepEqual(withoutText(command.findings.kept), findings, "the command");
      const request = { sampling, keys: [golden.key], trust: "given" as const, seen };
      const page = await auditLog(request, async () => chunksOf(lines), pageModules);
      assert.deepEqual(withoutText(page.findings), findings, "the page");
    });

  it("have every code of an audit, except what needs strikes or a million lines", () => {
    const codes = new Set(cases.flatMap(({ findings }) => findings.map(({ code }) => code)));
    const rest = Object.keys(findingCodes).filter((code) => !codes.has(code as AuditFinding["code"]));
    assert.deepEqual(rest, ["samples_untracked", ...rest.filter((code) => code.startsWith("recheck_"))]);
  });
});
