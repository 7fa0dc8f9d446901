import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { givenKeys, keysOf } from "../../../src/audit/keys.ts";
import { LINE_BYTES_MAX, LineSplitter } from "../../../src/audit/log/lineSplitter.ts";
import { hex32, Repeats } from "../../../src/audit/log/repeats.ts";
import { RowReader } from "../../../src/audit/log/row.ts";
import { nodeHashes } from "../../../src/audit/nodeHashes.ts";
import { generatePrivateJwk, makeSigner } from "../../../src/core/ed25519.ts";
import { auditBytes } from "../../support/audit/audited.ts";
import { publishedLog } from "../../support/audit/world.ts";
import { problemOf } from "../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

// The parts of an audit, and what it makes of any bytes at all.

const { sampling, lines } = await publishedLog();
const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
const anywhere = fc.nat(bytes.length - 1);

/** The bytes with `count` of them from `at` on replaced. */
function spliced(at: number, count: number, insert: readonly number[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(insert), bytes.subarray(at + count)]);
}

describe("any change of the bytes of a log is found", () => {
  const isFound = (changed: Buffer): boolean =>
    changed.equals(bytes) || auditBytes(sampling, changed).findings.length > 0;

  it("one byte for another", () => {
    fc.assert(
      fc.property(anywhere, fc.integer({ min: 1, max: 255 }), (at, by) =>
        isFound(spliced(at, 1, [((bytes[at] ?? 0) + by) % 256])),
      ),
      { numRuns: 500 },
    );
  });

  it("bytes that go, come, or both", () => {
    const inserted = fc.oneof(
      fc.array(fc.nat(255), { maxLength: 20 }),
      fc.tuple(anywhere, fc.nat(500)).map(([at, count]) => [...bytes.subarray(at, at + count)]),
    );
    fc.assert(
      fc.property(anywhere, fc.nat(600), inserted, (at, count, insert) =>
        isFound(spliced(at, count, insert)),
      ),
      { numRuns: 400 },
    );
  });

  it("a bit", () => {
    fc.assert(
      fc.property(anywhere, fc.nat(7), (at, bit) => isFound(spliced(at, 1, [(bytes[at] ?? 0) ^ (1 << bit)]))),
      { numRuns: 300 },
    );
  });
});

describe("the splitter of lines", () => {
  const split = (chunks: readonly Buffer[]): string[] => {
    const seen: string[] = [];
    const splitter = new LineSplitter({
      line: (line) => seen.push(`line ${nodeHashes.latin1(line)}`),
      unreadable: (detail) => seen.push(`unreadable ${detail.replace(/\d+/, "N")}`),
    });
    for (const chunk of chunks) splitter.push(chunk);
    splitter.end();
    return seen;
  };

  it("gives the same lines however the bytes are cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "\n", "b") });
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const whole = Buffer.from(texts.join(""));
        assert.deepEqual(split(texts.map((one) => Buffer.from(one))), split([whole]));
        assert.deepEqual(split(Array.from(whole, (byte) => Buffer.from([byte]))), split([whole]));
      }),
    );
    assert.deepEqual(split([Buffer.from("a\n\nb\n")]), ["line a", "line ", "line b"]);
    assert.match(split([Buffer.from("a\nb")])[1] ?? "", /^unreadable the last N bytes/);
  });

  it("takes a line of the bound, and none of a byte more", () => {
    const part = Buffer.alloc(LINE_BYTES_MAX / 4, "x");
    const bound = [part, part, part, part];
    assert.match(split([...bound, Buffer.from("\nb\n")]).join(), /^line x+,line b$/);
    assert.deepEqual(split([...bound, Buffer.from("x\nb\n")]), [
      `unreadable the line has N bytes; at most ${LINE_BYTES_MAX} are allowed`,
      "line b",
    ]);
  });
});

describe("the table of what was there", () => {
  it("finds the last eight of a bucket, each with its latest line", () => {
    const repeats = new Repeats(1);
    for (let i = 0; i < 8; i++) assert.equal(repeats.add(i, 7, i), null);
    assert.equal(repeats.add(0, 7, 100), 0);
    assert.equal(repeats.find(0, 7), 100);
    assert.equal(repeats.add(8, 7, 8), null);
    assert.deepEqual([repeats.find(0, 7), repeats.find(1, 7), repeats.find(8, 7)], [null, 1, 8]);
    assert.deepEqual([repeats.find(1, 8), new Repeats(4).find(0, 0)], [null, null]);
    assert.throws(() => new Repeats(3), RangeError);
  });

  it("reads 8 hex digits as a number", () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        (value) => hex32(`x${value.toString(16).padStart(8, "0")}`, 1) === value,
      ),
    );
  });
});

describe("rows", () => {
  const form = /^(0|[1-9][0-9]{0,6}) (jb_[0-9a-f]{32}) (.+) ([01])$/s;

  it("are read as the pattern says, and nothing else is", () => {
    const row = new RowReader();
    const parts = fc.constantFrom(
      "0",
      "1",
      "12",
      "01",
      "9999999",
      "10000000",
      " ",
      "-1",
      "",
      "jb_",
      "lane",
      "é",
    );
    const id = fc.constantFrom(`jb_${"0a".repeat(16)}`, `jb_${"0A".repeat(16)}`, "jb_0");
    const nearly = fc
      .tuple(parts, id, parts, parts, fc.constantFrom(" ", "  ", "\t"))
      .map(([index, job, name, bit, blank]) => `${index}${blank}${job} ${name} ${bit}`);
    fc.assert(
      fc.property(
        fc.oneof(
          nearly,
          fc.string(),
          fc.array(parts).map((list) => list.join(" ")),
        ),
        (text) => {
          const [, index, jobId, name, bit] = form.exec(text) ?? [];
          assert.equal(row.read(text), index !== undefined, JSON.stringify(text));
          if (index === undefined) return;
          assert.deepEqual(
            [row.index, row.jobId, row.class, row.sampled],
            [Number(index), jobId, name, bit === "1"],
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("keys", () => {
  const dir = temporaryDir();
  after(() => removeDir(dir));
  let files = 0;
  const file = (content: unknown): string => {
    const path = join(dir, `key-${files++}`);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  const jwk = generatePrivateJwk();
  const signer = makeSigner(jwk);
  const hex = Buffer.from(jwk.x, "base64url").toString("hex");

  it("are given bare, as hex, as JWK or JWKS, or in a file; their id is their own hash", () => {
    const lying = { ...signer.jwk, kid: "another" };
    const given = [
      jwk.x,
      hex,
      file(`${jwk.x}\n`),
      file(hex),
      file(lying),
      file({ keys: [lying] }),
      file(jwk),
    ];
    for (const one of given) assert.deepEqual([...givenKeys(one).keys()], [signer.kid], one);
  });

  it("that are none are refused", async () => {
    const none = [
      {},
      { keys: [] },
      { keys: [1] },
      { ...jwk, crv: "X25519" },
      { ...jwk, x: "short" },
      "x",
      "[]",
      "null",
    ];
    for (const content of none)
      assert.equal(
        (await problemOf(() => givenKeys(file(content)))).code,
        "key_malformed",
        JSON.stringify(content),
      );
    assert.equal((await problemOf(() => givenKeys(join(dir, "none")))).code, "file_unreadable");
    assert.throws(() => keysOf({ keys: Array(257).fill(signer.jwk) }), TypeError);
  });
});
