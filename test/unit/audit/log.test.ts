import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it, test } from "node:test";
import { readSampling } from "../../../src/audit/log/document.ts";
import { type FindingCode, findingCodes } from "../../../src/audit/log/findings.ts";
import { canonical } from "../../../src/core/canonical.ts";
import { generatePrivateJwk, makeSigner } from "../../../src/core/ed25519.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import { commitment } from "../../../src/sample/commitment.ts";
import { sampleKey } from "../../../src/sample/draw.ts";
import { type Audited, auditBytes, auditLinesOf, smallLimits } from "../../support/audit/audited.ts";
import { NotedRuns } from "../../support/audit/inPage.ts";
import {
  chained,
  type Entry,
  EPOCH,
  entriesOf,
  hotkeyOf,
  linesOf,
  publishedLog,
  sealed,
  signedHead,
  signer,
} from "../../support/audit/world.ts";
import { problemOf } from "../../support/thrown.ts";

// What an audit finds in a log that a real store and sampler made, once something in it is changed.

const log = await publishedLog();
const { sampling, lines } = log;
const entries = entriesOf(lines);
const runs = new NotedRuns();
/** Codes that some test here has seen. */
const met = new Set<FindingCode>();

function audited(
  document: unknown,
  given: readonly string[],
  options?: Parameters<typeof auditLinesOf>[2],
): Audited {
  const result = auditLinesOf(document, given, options);
  for (const code of result.codes) met.add(code);
  runs.note({ document, lines: given, options, audit: result.audit });
  return result;
}

/** The codes of a log that a lying validator sealed: only what the lie itself shows is left. */
const liesFound = (change: (entries: Entry[]) => readonly Entry[]): readonly FindingCode[] => {
  const lies = sealed(log, change(entriesOf(lines)));
  return audited(lies.sampling, lies.lines).codes;
};

/** The entry with the hash that it has now. */
function hashed(entry: Entry): Entry {
  const { hash: _, ...rest } = entry;
  return { ...rest, hash: sha256Hex(canonical(rest)) };
}

const at = (list: readonly Entry[], n: number): Entry => list[n] ?? assert.fail(`no line ${n}`);
const indexWhere = (test: (entry: Entry) => boolean): number => {
  const n = entries.findIndex(test);
  return n >= 0 ? n : assert.fail("no such line");
};
const rowsOf = (entry: Entry): string[] => entry.rows as string[];
const withRows = (n: number, change: (rows: string[]) => string[]) => (list: Entry[]) =>
  list.map((entry, i) => (i === n ? { ...entry, rows: change([...rowsOf(entry)]) } : entry));
const changed = (n: number, change: Entry) => (list: Entry[]) =>
  list.map((entry, i) => (i === n ? { ...entry, ...change } : entry));
const moved = (from: number, to: number) => (list: Entry[]) =>
  list.toSpliced(from, 1).toSpliced(to, 0, at(list, from));

const jobVerdict = indexWhere(
  ({ type, receipt_id, state }) => type === "verdict" && receipt_id === null && state === "accepted",
);
const sampledDraw = indexWhere(({ type, sampled }) => type === "draw" && sampled === true);
const unsampledDraw = indexWhere(({ type, sampled }) => type === "draw" && sampled === false);
const verdictOf = (draw: number): number =>
  indexWhere(({ type, receipt_id }) => type === "verdict" && receipt_id === at(entries, draw).receipt_id);

test("a log as it was made is clean, and counted", () => {
  const { findings, audit } = audited(sampling, lines);
  assert.deepEqual(findings, []);
  const { draws, ...counts } = audit.counts();
  const drawLines = entries.filter(({ type }) => type === "draw");
  const rows = entries.flatMap((entry) => (entry.type === "draws" ? rowsOf(entry) : []));
  const sampled =
    rows.filter((row) => row.endsWith(" 1")).length + drawLines.filter((one) => one.sampled).length;
  const verified = entries.filter((one) => one.type === "verdict" && one.verified).length;
  assert.deepEqual(counts, {
    ...{ lines: lines.length, rows: rows.length + drawLines.length },
    ...{ sampled, verified, voided: 2, repeated: 0 },
  });
  const customers = rows.filter((row) => row.includes(" customer "));
  assert.deepEqual(draws.groth16?.customer, {
    rate: "1",
    drawn: customers.length,
    sampled: customers.length,
  });
  const all = Object.values(draws).flatMap((classes) => Object.values(classes));
  assert.equal(
    all.reduce((sum, { drawn }) => sum + drawn, 0),
    counts.rows,
  );
});

test("an empty log is clean, if its end is signed", () => {
  const empty = sealed(log, []);
  assert.deepEqual(audited(empty.sampling, []).codes, []);
});

/** Other values of the same type, as near as can be. */
function others(value: unknown): unknown[] {
  if (typeof value === "number") return [value + 1];
  if (typeof value === "boolean") return [!value];
  if (value === null) return ["x", 0];
  if (Array.isArray(value)) {
    const items = value.flatMap((item, i) => others(item).map((other) => value.with(i, other)));
    return [...items, value.slice(1), [...value, value[0]], value.toReversed()];
  }
  const text = String(value);
  const last = text.at(-1) === "1" ? "0" : "1";
  return [text.slice(0, -1) + last, text.slice(1), `${text}0`, null];
}

interface Edit {
  readonly n: number;
  readonly member: string;
  readonly entry: Entry;
}

/** Every other value of every member of every line, and every line without it. */
const edits: readonly Edit[] = entries.flatMap((entry, n) =>
  Object.keys(entry).flatMap((member) => {
    const { [member]: value, ...without } = entry;
    const changes = others(value).map((other) => ({ ...entry, [member]: other }));
    return [without, ...changes, { ...entry, [`${member}x`]: value }].map((one) => ({
      n,
      member,
      entry: one,
    }));
  }),
);
/** One a member: enough where it only matters that something is changed. */
const oneEach = edits.filter(
  ({ member }, i) => !["hash", "prev", "n"].includes(member) && edits[i - 1]?.member !== member,
);
const edited = ({ n, entry }: Edit): Entry[] => entries.with(n, entry);
const told = ({ n, member, entry }: Edit): string => `line ${n}, ${member}: ${JSON.stringify(entry)}`;

describe("a value that is changed is found", () => {
  it("in its own line, when nothing else is touched", () => {
    const breaks: readonly FindingCode[] = ["hash_mismatch", "line_malformed", "line_not_canonical"];
    for (const edit of edits) {
      const { findings } = audited(sampling, linesOf(edited(edit)));
      assert.ok(
        findings.some(({ n, code }) => n === edit.n && breaks.includes(code)),
        told(edit),
      );
    }
  });

  it("in the next line, or at the end, when its own hash is made to fit", () => {
    for (const edit of oneEach) {
      const { findings } = audited(sampling, linesOf(edited({ ...edit, entry: hashed(edit.entry) })));
      const isLast = edit.n === entries.length - 1;
      const isFound = findings.some(({ n, code }) => {
        if (code === "line_malformed") return n === edit.n;
        return isLast ? code === "log_head_differs" : n === edit.n + 1 && code === "prev_mismatch";
      });
      assert.ok(isFound, told(edit));
    }
  });

  it("by the record and the signed heads, when all that follows is made to fit", () => {
    for (const edit of oneEach) {
      const { codes } = audited(sampling, linesOf(chained(edited(edit), sampling.commitment, edit.n)));
      assert.ok(codes.includes("log_head_differs") && codes.includes("head_not_in_chain"), told(edit));
    }
  });

  it("by the signed heads, when the record is made to fit too", () => {
    for (const edit of oneEach) {
      const fitted = chained(edited(edit), sampling.commitment, edit.n);
      const log_head = String(fitted.at(-1)?.hash);
      const { codes } = audited({ ...sampling, log_head }, linesOf(fitted));
      assert.ok(codes.includes("head_unsigned") && codes.includes("head_not_in_chain"), told(edit));
      const { heads: _, ...bare } = sampling;
      assert.ok(audited({ ...bare, log_head }, linesOf(fitted)).codes.includes("head_unsigned"), told(edit));
    }
  });
});

/** Which of the codes are missing. */
const lacking = ({ codes }: Audited, ...expected: FindingCode[]): FindingCode[] =>
  expected.filter((code) => !codes.includes(code));

describe("lines", () => {
  const last = lines.length - 1;

  it("that are missing are found, one or all that follow, also when the record is made to fit", () => {
    for (const [n, entry] of entries.entries()) {
      const without = audited(sampling, lines.toSpliced(n, 1));
      const expected = n === last ? "log_head_differs" : "n_out_of_sequence";
      assert.deepEqual(lacking(without, "log_length_differs", expected), [], `without ${n}`);
      const cut = lines.slice(0, n);
      assert.deepEqual(
        lacking(audited(sampling, cut), "log_length_differs", "log_head_differs"),
        [],
        `cut at ${n}`,
      );
      const fitted = { ...sampling, log_head: entry.prev, log_length: n };
      assert.deepEqual(
        lacking(audited(fitted, cut), "head_unsigned", "head_not_in_chain"),
        [],
        `fitted to ${n}`,
      );
    }
  });

  it("that are copied are found at every place", () => {
    for (let from = 0; from < lines.length; from += 5)
      for (let to = 0; to <= lines.length; to += 3) {
        const copied = audited(sampling, lines.toSpliced(to, 0, lines[from] ?? ""));
        assert.deepEqual(lacking(copied, "log_length_differs", "n_out_of_sequence"), [], `${from} to ${to}`);
      }
  });

  it("that are forged to fit between two are found behind them", () => {
    for (const n of [0, 1, 7, last]) {
      const forged = hashed({ ...at(entries, n), lane: "forged" });
      const list = audited(sampling, linesOf(entries.toSpliced(n, 0, forged)));
      assert.deepEqual(lacking(list, "log_length_differs", "n_out_of_sequence", "prev_mismatch"), [], `${n}`);
    }
    const head = at(entries, last);
    const appended = hashed({ ...head, n: last + 1, prev: head.hash });
    assert.deepEqual(
      lacking(audited(sampling, [...lines, canonical(appended)]), "log_length_differs", "log_head_differs"),
      [],
    );
  });

  it("that change places are found", () => {
    for (let n = 0; n < last; n++) {
      const swapped = audited(sampling, lines.with(n, lines[n + 1] ?? "").with(n + 1, lines[n] ?? ""));
      assert.deepEqual(lacking(swapped, "n_out_of_sequence", "prev_mismatch"), [], `${n}`);
    }
  });

  it("of another epoch are found, however well they fit", () => {
    assert.ok(liesFound(changed(jobVerdict, { epoch: EPOCH + 1 })).includes("epoch_mismatch"));
  });
});

describe("text that means the same is found", () => {
  const line = lines[sampledDraw] ?? "";
  const entry = at(entries, sampledDraw);
  const texts: Record<string, string> = {
    "a blank": line.replace(",", ", "),
    "a blank at the end": `${line} `,
    "a carriage return": `${line}\r`,
    "another order": JSON.stringify(Object.fromEntries(Object.entries(entry).toReversed())),
    "a member twice, the same": line.replace("{", `{"class":${JSON.stringify(entry.class)},`),
    "a member twice, another first": line.replace("{", `{"class":"struck",`),
    "a member of the prototype": line.replace("{", `{"__proto__":{},`),
    "a number written longer": line.replace(`"epoch":${EPOCH}`, `"epoch":${EPOCH}.0`),
    "a number with an exponent": line.replace(`"epoch":${EPOCH}`, `"epoch":1e2`),
    "an escape": line.replace(`"lane":"sat"`, `"lane":"\\u0073at"`),
    "a line that is empty": `${line}\n`,
    "an order mark": `\uFEFF${line}`,
    "a comma": `${line},`,
    "two lines in one": line + line,
  };
  for (const [what, text] of Object.entries(texts))
    it(what, () => {
      assert.notEqual(text, line);
      const { findings } = audited(sampling, lines.with(sampledDraw, text));
      const here = findings.filter(({ code }) => code === "line_not_canonical" || code === "line_malformed");
      assert.equal(
        here[0]?.n,
        sampledDraw + (what === "a line that is empty" ? 1 : 0),
        JSON.stringify(findings),
      );
    });

  it("a last line without its end, and bytes behind the end", () => {
    const whole = Buffer.from(lines.map((one) => `${one}\n`).join(""));
    assert.ok(auditBytes(sampling, whole.subarray(0, -1)).codes.includes("line_malformed"));
    for (const more of [" ", "\n", "x"]) {
      const { codes } = auditBytes(sampling, Buffer.concat([whole, Buffer.from(more)]));
      assert.ok(codes.includes("line_malformed"), JSON.stringify(more));
    }
  });

  it("bytes that are no UTF-8", () => {
    const bytes = Buffer.from(`${lines[0]}\n`);
    bytes[bytes.indexOf("groth16")] = 0xff;
    assert.ok(auditBytes(sampling, bytes).codes.includes("line_malformed"));
  });
});

describe("the sampling document", () => {
  const stranger = makeSigner(generatePrivateJwk());
  const other = sampleKey(Buffer.alloc(32, 9), EPOCH).export().toString("hex");
  const resigned = (change: object) => {
    const { epoch, policy, committed_at, key_id } = sampling;
    const unsigned = { epoch, commitment: sampling.commitment, policy, committed_at, key_id, ...change };
    return { ...sampling, ...unsigned, signature: signer.signDocument(unsigned) };
  };
  const { heads } = sampling;
  const first = heads[0] ?? assert.fail();
  const lastHead = heads.at(-1) ?? assert.fail();
  const withRates = (lanes: object, floor = "1/100") => {
    const policy = { ...sampling.policy, lanes: { ...sampling.policy.lanes, ...lanes }, floor };
    return { policy };
  };
  const cases: [string, object, ...FindingCode[]][] = [
    [
      "a commitment that is changed",
      { ...sampling, commitment: "0".repeat(64) },
      "commitment_forged",
      "commitment_mismatch",
      "prev_mismatch",
    ],
    [
      "a commitment that is changed and signed",
      resigned({ commitment: "0".repeat(64) }),
      "commitment_mismatch",
      "prev_mismatch",
    ],
    [
      "another rate",
      { ...sampling, ...withRates({ groth16: "1/5" }) },
      "commitment_forged",
      "commitment_mismatch",
    ],
    ["another rate, signed", resigned(withRates({ groth16: "1/50" })), "commitment_mismatch", "draw_differs"],
    ["the same rate, written otherwise", resigned(withRates({ groth16: "2/8" })), "commitment_mismatch"],
    ["a lane more", resigned(withRates({ other: "1" })), "commitment_mismatch"],
    [
      "a rate that is none",
      resigned(withRates({ groth16: "much" })),
      "commitment_mismatch",
      "policy_unreadable",
    ],
    [
      "a policy without classes",
      { ...sampling, policy: { lanes: {} } },
      "commitment_forged",
      "policy_unreadable",
    ],
    [
      "a text that has no canonical form",
      { ...sampling, ...withRates({ "\ud800": "1" }) },
      "commitment_forged",
      "commitment_mismatch",
    ],
    ["another time", { ...sampling, committed_at: sampling.committed_at + 1 }, "commitment_forged"],
    ["another signature", { ...sampling, signature: stranger.signDocument({}) }, "commitment_forged"],
    [
      "the signature, spelt otherwise",
      { ...sampling, signature: `${sampling.signature}=` },
      "commitment_forged",
    ],
    ["a key that was not given", { ...sampling, key_id: stranger.kid }, "key_unknown"],
    ["another revealed key", { ...sampling, revealed_key: other }, "commitment_mismatch", "draw_differs"],
    ["a revealed key that is none", { ...sampling, revealed_key: "abc" }, "commitment_mismatch"],
    ["another end", { ...sampling, log_head: first.log_head }, "log_head_differs", "head_unsigned"],
    ["another length", { ...sampling, log_length: lines.length + 1 }, "log_length_differs"],
    ["no heads", { ...sampling, heads: [] }, "head_unsigned"],
    ["no last head", { ...sampling, heads: heads.slice(0, -1) }, "head_unsigned"],
    ["heads in another order", { ...sampling, heads: [heads[1], heads[0], ...heads.slice(2)] }, "head_order"],
    [
      "a head that was never the log's",
      { ...sampling, heads: [signedHead("a".repeat(64), 1), ...heads] },
      "head_not_in_chain",
    ],
    [
      "a head by another key",
      { ...sampling, heads: [signedHead(lastHead.log_head, 1, stranger), ...heads] },
      "head_forged",
    ],
    ["a head that is changed", { ...sampling, heads: [{ ...first, signed_at: 1 }, ...heads] }, "head_forged"],
    ["a head that is none", { ...sampling, heads: [7, ...heads] }, "head_malformed"],
    [
      "more heads than an epoch has",
      { ...sampling, heads: [...Array(64).fill(first), lastHead] },
      "head_malformed",
    ],
    ["a head of another epoch", { ...sampling, heads: [{ ...first, epoch: 7 }, ...heads] }, "epoch_mismatch"],
  ];
  for (const [what, document, ...expected] of cases)
    it(`shows ${what}`, () => assert.deepEqual(lacking(audited(document, lines), ...expected), []));

  it("shows a rate below the floor, committed to and signed", () => {
    const { policy } = withRates({ sat: "1/1000" });
    const key = Buffer.from(sampling.revealed_key ?? "", "hex");
    const document = resigned({ policy, commitment: commitment(key, policy) });
    assert.ok(audited(document, lines).codes.includes("rate_below_floor"));
  });

  it("may have heads at one time or back in time: clocks step, logs do not", () => {
    const again = [signedHead(first.log_head, 9), signedHead(first.log_head, 8), lastHead];
    assert.deepEqual(audited({ ...sampling, heads: again }, lines).codes, []);
  });

  it("is compared with what was kept from earlier", () => {
    const seen = (document: object) => ({ seen: [document as typeof log.early] });
    assert.deepEqual(audited(sampling, lines, seen(log.early)).codes, []);
    const kept = { ...log.early, heads: [signedHead("b".repeat(64), 1)] };
    assert.deepEqual(audited(sampling, lines, seen(kept)).codes, ["head_not_in_chain"]);
    assert.deepEqual(audited(sampling, lines, seen({ ...kept, epoch: 7 })).codes, ["epoch_mismatch"]);
    const changedSince = { ...log.early, commitment: "c".repeat(64) };
    assert.deepEqual(audited(sampling, lines, seen(changedSince)).codes, ["commitment_changed"]);
  });

  it("is refused, not found fault with, when it is none or its epoch is open", async () => {
    assert.equal((await problemOf(() => readSampling(log.early, "f"))).code, "epoch_open");
    const wrong: unknown[] = [null, [], {}, { ...sampling, epoch: "1" }, { ...sampling, heads: {} }];
    for (const value of wrong) assert.equal((await problemOf(() => readSampling(value, "f"))).code, "failed");
  });
});

/** Lies that a validator committed to, chained and signed: nothing but their content shows them. */
describe("a validator that lies is caught by recomputation", () => {
  const flip = (row: string): string => row.slice(0, -1) + (row.endsWith("1") ? "0" : "1");
  const group = indexWhere(({ type }) => type === "draws");
  const firstUnsampled = rowsOf(at(entries, group)).findIndex((row) => row.endsWith("0"));
  const firstSampled = rowsOf(at(entries, group)).findIndex((row) => row.endsWith("1"));
  const edit = (row: number, change: (text: string) => string) =>
    withRows(group, (rows) => rows.with(row, change(rows[row] ?? "")));
  const draw = at(entries, sampledDraw);
  const verdict = verdictOf(sampledDraw);
  const unsampledVerdict = verdictOf(unsampledDraw);

  const cases: [string, (list: Entry[]) => readonly Entry[], ...FindingCode[]][] = [
    ["a job sampled that was not to be", edit(firstUnsampled, flip), "draw_differs", "verdict_missing"],
    ["a job not sampled that was to be", edit(firstSampled, flip), "draw_differs", "verdict_without_draw"],
    [
      "a row with another hotkey",
      edit(firstSampled, (row) => `${(Number(row[0]) + 1) % 3}${row.slice(1)}`),
      "verdict_differs",
      "verdict_missing",
    ],
    ["a row taken out", withRows(group, (rows) => rows.toSpliced(firstSampled, 1)), "verdict_without_draw"],
    [
      "a row twice in a line",
      withRows(group, (rows) => [...rows, rows[firstUnsampled] ?? ""]),
      "draw_repeated",
    ],
    [
      "a sampled row twice in a line",
      withRows(group, (rows) => [...rows, rows[firstSampled] ?? ""]),
      "draw_repeated",
    ],
    [
      "an index that names nobody",
      edit(0, (row) => `3${row.slice(1)}`),
      "row_malformed",
      "verdict_without_draw",
    ],
    ["an index with a zero before it", edit(firstUnsampled, (row) => `0${row}`), "row_malformed"],
    ["a job's id that is none", edit(firstUnsampled, (row) => row.replace("jb_", "jc_")), "row_malformed"],
    ["a bit that is none", edit(firstUnsampled, (row) => `${row.slice(0, -1)}2`), "row_malformed"],
    ["a blank more", edit(firstUnsampled, (row) => row.replace(" ", "  ")), "row_malformed"],
    [
      "a hotkey twice in a list",
      changed(group, { hotkeys: [0, 1, 2, 0].map(hotkeyOf) }),
      "line_malformed",
      "verdict_without_draw",
    ],
    ["a line of no draws", changed(group, { rows: [] }), "line_malformed", "verdict_without_draw"],
    [
      "a class that there is not",
      edit(firstUnsampled, (row) => row.replace(/ \w+ 0$/, " friend 0")),
      "class_unknown",
    ],
    [
      "a lane that there is not",
      changed(group, { lane: "other" }),
      "class_not_applied",
      "draw_differs",
      "lane_unknown",
      "verdict_differs",
    ],
    ["another x", changed(sampledDraw, { x: "0".repeat(16) }), "draw_differs"],
    ["another rate", changed(sampledDraw, { rate: "3/4" }), "draw_differs"],
    [
      "a submission not sampled that was to be",
      changed(sampledDraw, { sampled: false }),
      "draw_differs",
      "verified_unsampled",
    ],
    [
      "a submission sampled that was not to be",
      changed(unsampledDraw, { sampled: true }),
      "draw_differs",
      "sample_unverified",
    ],
    [
      "another hotkey's draw",
      changed(sampledDraw, { hotkey: hotkeyOf(9) }),
      "draw_differs",
      "verdict_differs",
    ],
    ["a receipt again, while it waits", (list) => list.toSpliced(sampledDraw, 0, draw), "draw_repeated"],
    ["a receipt again, when it had its verdict", (list) => [...list, draw], "draw_repeated"],
    ["a sampled job without a verdict", (list) => list.toSpliced(jobVerdict, 1), "verdict_missing"],
    ["a submission without a verdict", (list) => list.toSpliced(unsampledVerdict, 1), "verdict_missing"],
    ["a verdict twice", (list) => list.toSpliced(jobVerdict, 0, at(list, jobVerdict)), "verdict_repeated"],
    ["a submission's verdict twice", (list) => [...list, at(list, verdict)], "verdict_repeated"],
    ["a verdict before its draw", moved(verdict, sampledDraw), "verdict_before_draw"],
    ["a job's verdict before its draw", moved(jobVerdict, 0), "verdict_before_draw"],
    [
      "a verdict for a job that was not drawn",
      changed(jobVerdict, { work_id: `jb_${"0".repeat(32)}` }),
      "verdict_without_draw",
      "verdict_missing",
    ],
    [
      "a verdict of a receipt that was not drawn",
      changed(verdict, { receipt_id: `rc_${"0".repeat(32)}` }),
      "verdict_without_draw",
      "verdict_missing",
    ],
    [
      "a verdict for another hotkey",
      changed(jobVerdict, { hotkey: hotkeyOf(9) }),
      "verdict_differs",
      "verdict_missing",
    ],
    ["a verdict in another lane", changed(jobVerdict, { lane: "sat" }), "verdict_differs"],
    [
      "a submission's verdict for another hotkey",
      changed(verdict, { hotkey: hotkeyOf(9) }),
      "verdict_differs",
    ],
    ["a submission's verdict on other work", changed(verdict, { work_id: "other" }), "verdict_differs"],
    ["an acceptance with a code", changed(jobVerdict, { code: "timeout" }), "verdict_inconsistent"],
    ["a rejection without a code", changed(jobVerdict, { state: "rejected" }), "verdict_inconsistent"],
    [
      "a rejection without a check",
      changed(jobVerdict, { state: "rejected", code: "x", verified: false }),
      "verdict_inconsistent",
    ],
    ["an acceptance of no answer", changed(jobVerdict, { answer_sha256: null }), "verdict_inconsistent"],
    ["a sampled job accepted unchecked", changed(jobVerdict, { verified: false }), "sample_unverified"],
    ["a check that was not due", changed(unsampledVerdict, { verified: true }), "verified_unsampled"],
  ];
  for (const [what, change, ...expected] of cases)
    it(what, () => assert.deepEqual(liesFound(change), [...expected].sort()));

  it("a job drawn again at the same miner, in a later line, is counted", () => {
    const row = rowsOf(at(entries, group))[firstUnsampled] ?? "";
    const later = entries.findLastIndex(({ type }) => type === "draws");
    const lies = sealed(log, withRows(later, (rows) => [...rows, row])(entriesOf(lines)));
    const { codes, audit } = audited(lies.sampling, lies.lines);
    assert.deepEqual([codes, audit.counts().repeated], [[], 1]);
  });
});

describe("bounds", () => {
  it("more samples than are followed are a finding, and so are verdicts ahead of their draws", () => {
    const open = audited(sampling, lines, { limits: { ...smallLimits, open: 1 } });
    assert.ok(open.codes.includes("samples_untracked"));
    assert.deepEqual(audited(sampling, lines, { limits: { ...smallLimits, open: 8 } }).codes, []);
    const early = (limit: number) => {
      const lies = sealed(log, moved(jobVerdict, 0)(entriesOf(lines)));
      return audited(lies.sampling, lies.lines, { limits: { ...smallLimits, early: limit } }).codes;
    };
    assert.deepEqual(early(1), ["verdict_before_draw"]);
    assert.deepEqual(early(0), ["verdict_missing", "verdict_without_draw"]);
  });

  it("the first 1,000 findings are kept, all are counted", () => {
    const { audit } = audited(sampling, Array(1001).fill("{}"));
    const { kept, total } = audit.findings;
    assert.equal(kept.length, 1000);
    // Each line; then length, end, heads.
    assert.ok(total > 1001 + 2);
    assert.equal(kept[999]?.n, 999);
  });
});

test("docs/audit.md has a row for each finding, with its meaning, and no other", () => {
  const page = readFileSync(new URL("../../../docs/audit.md", import.meta.url), "utf8");
  const [, table = ""] = page.split("| finding | meaning |");
  const [rows = ""] = table.split("\n\n");
  const told = [...rows.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, text]) => [code, text]);
  assert.deepEqual(Object.fromEntries(told), findingCodes);
});

describe("the page finds what the command finds", () => {
  const seen = new Set<FindingCode>();
  it("in each kind of tampering above, finding by finding, and counts the same", async () => {
    for (const { told, command, page } of await runs.compared()) {
      assert.deepEqual(page, command, told);
      for (const { code } of page.findings) seen.add(code);
    }
  });

  it("with none left out", () => assert.deepEqual([...seen].sort(), [...met].sort()));
});

test("every finding of a log was met above", () => {
  const rechecks = Object.keys(findingCodes).filter((code) => code.startsWith("recheck_"));
  assert.deepEqual([...met, ...rechecks].sort(), Object.keys(findingCodes).sort());
});
