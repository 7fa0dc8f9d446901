import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sha256Hex } from "../../../src/core/hash.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import { readClaim } from "../../../src/epistula/claim.ts";
import { signedMessage } from "../../../src/epistula/message.ts";
import type { Headers } from "../../../src/flow/caller.ts";
import { problemOf } from "../../support/thrown.ts";

const nowMs = 1_700_000_000_000;
const publicKey = new Uint8Array(32).fill(7);
const hotkey = encodeHotkey(publicKey);
const validator = encodeHotkey(new Uint8Array(32).fill(9));
const rules = { validator, pastMs: 8000, futureMs: 2000 };
const session = `sn_${"0a".repeat(16)}`;

function headers(changes: Record<string, string | string[] | undefined> = {}): Headers {
  return {
    "epistula-version": "2",
    "epistula-timestamp": String(nowMs),
    "epistula-uuid": "a-1",
    "epistula-signed-by": hotkey,
    "epistula-signed-for": validator,
    "epistula-request-signature": `0x${"Ab".repeat(64)}`,
    ...changes,
  };
}

const refused = (changes: Record<string, string | string[] | undefined>) =>
  problemOf(() => readClaim(headers(changes), rules, nowMs));

describe("readClaim", () => {
  it("reads every field", () => {
    assert.deepEqual(readClaim(headers({ "assay-session": session }), rules, nowMs), {
      hotkey,
      publicKey,
      uuid: "a-1",
      timestampMs: nowMs,
      timestamp: String(nowMs),
      signedFor: validator,
      signature: Buffer.alloc(64, 0xab),
      session,
    });
    assert.equal(readClaim(headers(), rules, nowMs).session, null);
  });

  const names = ["Version", "Timestamp", "Uuid", "Signed-By", "Signed-For", "Request-Signature"].map(
    (name) => `Epistula-${name}`,
  );
  for (const header of names) {
    it(`names a missing, repeated or empty ${header}`, async () => {
      const key = header.toLowerCase();
      const value = headers()[key] as string;
      assert.deepEqual(await refused({ [key]: undefined }), { code: "header_missing", header });
      for (const bad of [`${value}, ${value}`, [value, value], [value], "", ` ${value}`, `${value}\n`]) {
        const problem = await refused({ [key]: bad });
        assert.equal(problem.code, "header_malformed", JSON.stringify(bad));
        assert.equal("header" in problem && problem.header, header);
      }
    });
  }

  const malformed: [string, string][] = [
    ["Epistula-Version", "1"],
    ["Epistula-Version", "02"],
    ["Epistula-Timestamp", "1.7e12"],
    ["Epistula-Timestamp", "-1"],
    ["Epistula-Timestamp", "01700000000000"],
    ["Epistula-Timestamp", "1".repeat(16)],
    ["Epistula-Uuid", "a".repeat(65)],
    ["Epistula-Uuid", "a_b"],
    ["Epistula-Uuid", "a.b"],
    ["Epistula-Signed-By", `${hotkey.slice(0, -1)}1`],
    ["Epistula-Signed-By", "5"],
    ["Epistula-Signed-By", `${hotkey}0`],
    ["Epistula-Signed-For", "<script>"],
    ["Epistula-Signed-For", "a".repeat(65)],
    ["Epistula-Request-Signature", "ab".repeat(64)],
    ["Epistula-Request-Signature", `0x${"ab".repeat(64).slice(1)}`],
    ["Epistula-Request-Signature", `0x${"ab".repeat(65)}`],
    ["Epistula-Request-Signature", `0x${"ag".repeat(64)}`],
    ["Assay-Session", "sn_"],
    ["Assay-Session", `${session}0`],
    ["Assay-Session", session.toUpperCase()],
  ];
  for (const [header, value] of malformed) {
    it(`refuses ${header}: ${value.slice(0, 24)}`, async () => {
      const problem = await refused({ [header.toLowerCase()]: value });
      assert.equal(problem.code, "header_malformed");
      assert.equal("header" in problem && problem.header, header);
    });
  }

  it("takes a uuid of 1 and of 64 characters", () => {
    for (const uuid of ["Z", "z".repeat(64)]) {
      assert.equal(readClaim(headers({ "epistula-uuid": uuid }), rules, nowMs).uuid, uuid);
    }
  });

  it("counts both ends of the window in", async () => {
    const at = (ms: number) => ({ "epistula-timestamp": String(ms) });
    assert.equal(readClaim(headers(at(nowMs - 8000)), rules, nowMs).timestampMs, nowMs - 8000);
    assert.equal(readClaim(headers(at(nowMs + 2000)), rules, nowMs).timestampMs, nowMs + 2000);
    const stale = { code: "timestamp_stale", age_ms: 8001, window_ms: 8000 };
    assert.deepEqual(await refused(at(nowMs - 8001)), stale);
    const ahead = { code: "timestamp_ahead", ahead_ms: 2001, window_ms: 2000 };
    assert.deepEqual(await refused(at(nowMs + 2001)), ahead);
    assert.equal((await refused(at(0))).code, "timestamp_stale");
    assert.equal((await refused(at(999_999_999_999_999))).code, "timestamp_ahead");
  });

  it("refuses what is signed for another validator", async () => {
    const expected = { code: "wrong_validator", signed_for: hotkey, validator };
    assert.deepEqual(await refused({ "epistula-signed-for": hotkey }), expected);
  });
});

describe("signedMessage", () => {
  it("joins body hash, uuid, the timestamp as written, and the validator", () => {
    const claim = readClaim(headers(), rules, nowMs);
    for (const body of [Buffer.alloc(0), Buffer.from('{"a":1}')]) {
      const expected = `${sha256Hex(body)}.a-1.${nowMs}.${validator}`;
      assert.equal(signedMessage(body, claim).toString(), expected);
      const bound = { method: "GET", target: "/v1/challenges?tier=1&offset=0" };
      const line = "GET /v1/challenges?tier=1&offset=0.";
      assert.equal(signedMessage(body, claim, bound).toString(), line + expected);
    }
  });
});
