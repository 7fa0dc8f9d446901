import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BlankLines } from "../../../../src/http/wire/blankLine.ts";

/** The pieces into which reads are cut. */
function piecesOf(reads: readonly Buffer[]): string[] {
  const lines = new BlankLines();
  return reads.flatMap((read) => {
    const pieces: string[] = [];
    for (let rest = read; rest.length > 0; ) {
      const end = lines.pieceEnd(rest);
      pieces.push(rest.toString("latin1", 0, end));
      rest = rest.subarray(end);
    }
    return pieces;
  });
}

test("bytes are cut after each blank line", () => {
  const cut = (text: string) => piecesOf([Buffer.from(text)]);
  assert.deepEqual(cut("a\r\n\r\nb\r\n\r\n"), ["a\r\n\r\n", "b\r\n\r\n"]);
  assert.deepEqual(cut("a\r\n\r\n\r\n\r\nb"), ["a\r\n\r\n", "\r\n\r\n", "b"]);
  assert.deepEqual(cut("a\r\r\n\r\nb\n\nc\r\nd"), ["a\r\r\n\r\n", "b\n\nc\r\nd"]);
});

test("however the bytes were read, no piece goes past a blank line, and nothing is lost", () => {
  const byte = fc.constantFrom("\r", "\n", "x");
  fc.assert(
    fc.property(fc.array(fc.array(byte, { minLength: 1, maxLength: 9 }), { maxLength: 9 }), (reads) => {
      const pieces = piecesOf(reads.map((read) => Buffer.from(read.join(""))));
      const whole = reads.flat().join("");
      assert.equal(pieces.join(""), whole);
      let at = 0;
      let from = 0;
      for (const piece of pieces) {
        at += piece.length;
        const found = whole.indexOf("\r\n\r\n", from);
        if (found === -1) continue;
        assert.ok(at <= found + 4, "a piece ends at the blank line at the latest");
        if (at === found + 4) from = at;
      }
    }),
  );
});
